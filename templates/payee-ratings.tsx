import type { RatingTold } from '../server/payees/queries.ts'
import { Form, LongTextField, SelectField, TextField, type FormProblem } from './forms.tsx'
import { Columns, Day, Moment, Name, Table } from './parts.tsx'
import { choicesOf } from './request-forms.tsx'
import type { Texts } from './texts/texts.ts'

/** Every rating of a payee, the last first. */
export function Ratings({ of, t }: { of: readonly RatingTold[]; t: Texts }) {
  const words = t.ratings
  if (of.length === 0) return <p class="calm">{words.none}</p>
  return (
    <Table caption={words.caption}>
      <Columns names={[words.rating, words.validUntil, words.reason, words.ratedBy, words.ratedAt]} />
      <tbody>
        {of.map((one) => (
          <tr>
            <th scope="row">{words.risks[one.rating]}</th>
            <td>
              <Day on={one.validUntil} t={t} />
            </td>
            <td class="wide">
              <Name>{one.reason}</Name>
            </td>
            <td>
              <Name>{one.ratedBy.name}</Name>
            </td>
            <td>
              <Moment at={one.ratedAt} t={t} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

/** The form of a compliance officer. */
export function Rate({
  payeeId,
  problem,
  value,
  formKey,
  t,
}: {
  payeeId: string
  problem: FormProblem | undefined
  value: (name: string) => string | undefined
  formKey: string
  t: Texts
}) {
  const typed = (name: string) => value(name) ?? ''
  const words = t.ratings
  const shared = { problem, t, required: true, form: 'r' }
  return (
    <section class="part" aria-labelledby="rate">
      <h2 id="rate">{words.rate}</h2>
      <p>{words.rateSays}</p>
      <Form action={`/payees/${payeeId}/ratings`} formKey={`${formKey}-rating`}>
        <SelectField
          name="rating"
          label={words.rating}
          choices={choicesOf(words.choices)}
          value={typed('rating')}
          {...shared}
        />
        <TextField name="validUntil" type="date" label={words.validUntil} value={typed('validUntil')} {...shared} />
        <LongTextField name="reason" label={words.reason} value={typed('reason')} rows={2} {...shared} />
        <button class="main">{words.button}</button>
      </Form>
    </section>
  )
}
