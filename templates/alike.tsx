import type { Alike } from '../server/payments/policy.ts'
import { Confirm, LongTextField } from './forms.tsx'
import { Code, Columns, Day, Name, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

/** What looks like the payment that is to be certified, and where the certifier says that it is another. */
export function AlikeFields({
  of,
  value,
  form,
  t,
}: {
  of: readonly Alike[]
  value: (name: string) => string
  form: string
  t: Texts
}) {
  const words = t.alike
  return (
    <fieldset class="group">
      <legend>{words.title}</legend>
      <input type="hidden" name="alike" value={of.map(({ id }) => id).join(' ')} />
      <Table caption={words.caption}>
        <Columns names={[words.code, t.payees.name, words.status, words.certifiedOn]} />
        <tbody>
          {of.map((one) => (
            <tr>
              <th scope="row">
                <Code>{one.code}</Code>
              </th>
              <td>
                <Name>{one.payee}</Name>
              </td>
              <td>{wordFor(t.paymentStatuses, one.status)}</td>
              <td>
                <Day on={one.certifiedOn} t={t} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      <p>{words.says}</p>
      <LongTextField
        name="notDuplicate"
        label={words.reason}
        value={value('notDuplicate')}
        rows={2}
        form={form}
        required
        t={t}
      />
      <Confirm name="another" label={words.confirm} form={form} />
    </fieldset>
  )
}
