import { isPositive, moneyFrom } from '../server/money.ts'
import type { RecoveryTold } from '../server/recoveries/queries.ts'
import type { readRequest } from '../server/requests/queries.ts'
import { Form, LongTextField, SelectField, TextField } from './forms.tsx'
import { Amount, Columns, Day, Figure, Name, Said, Table } from './parts.tsx'
import type { PartNowProps } from './request-forms.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

type RequestTold = Awaited<ReturnType<typeof readRequest>>['body']

type RecoveryProps = Pick<PartNowProps, 't' | 'newKey' | 'typed' | 'today' | 'mayRecover' | 'mayGiveUp'> & {
  readonly request: RequestTold
  readonly of: RecoveryTold
}

/** What must come back of a request and from whom, what has, and the forms for it. */
export function Recovery(props: RecoveryProps) {
  const { of, t, mayRecover, mayGiveUp } = props
  const words = t.recovery
  const payee = <Name>{of.payee}</Name>
  const onItsWay = isPositive(moneyFrom(of.onItsWay))
  const rows = [
    [<Said text={words.due} payee={payee} />, of.due],
    [words.received, of.received],
    [words.writtenOff, of.writtenOff],
    [words.outstanding, of.outstanding],
    ...(isPositive(moneyFrom(of.late)) ? [[t.closing.late, of.late] as const] : []),
    ...(onItsWay ? [[words.onItsWay, of.onItsWay] as const] : []),
  ] as const
  return (
    <section aria-labelledby="recovery">
      <h2 id="recovery">{words.title}</h2>
      <Table caption={<Said text={words.caption} payee={payee} currency={<bdi>{of.due.currency}</bdi>} />}>
        <Columns names={[words.title, t.requests.amount]} figures={[t.requests.amount]} />
        <tbody>
          {rows.map(([label, amount]) => (
            <tr>
              <th scope="row">{label}</th>
              <td class="figure">
                <Figure of={amount.amount} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      <CameAndGone of={of} t={t} />
      {mayRecover && <RecordForm {...props} />}
      {mayGiveUp && <GiveUpForm {...props} />}
    </section>
  )
}

function CameAndGone({ of, t }: { of: RecoveryTold; t: Texts }) {
  const words = t.recovery
  if (of.recoveries.length + of.writeOffs.length + of.unspent.length === 0) return null
  return (
    <ul>
      {of.unspent.map((one) => (
        <li>
          <Said
            text={t.closing.unspentLine}
            category={wordFor(t.categories, one.category)}
            amount={<Amount of={one.amount} />}
            day={<Day on={one.identifiedOn} t={t} />}
            reason={<Name>{one.reason}</Name>}
          />
        </li>
      ))}
      {of.recoveries.map((one) => (
        <li>
          <Said
            text={words.whenReceived}
            amount={<Amount of={one.received} />}
            day={<Day on={one.receivedOn} t={t} />}
            reference={<Name>{one.reference}</Name>}
          />
        </li>
      ))}
      {of.writeOffs.map((one) => (
        <li>
          <Said
            text={words.whenWrittenOff}
            amount={<Amount of={one.amount} />}
            day={<Day on={one.writtenOffOn} t={t} />}
            reason={<Name>{one.reason}</Name>}
          />
        </li>
      ))}
    </ul>
  )
}

function RecordForm({ request, of, t, newKey, typed, today, mayRecover }: RecoveryProps) {
  const words = t.recovery.record
  const form = 'recover'
  const { problem, value } = typed(form)
  const { bankAccounts } = mayRecover!
  const payee = <Name>{of.payee}</Name>
  const shared = { problem, form, t, required: true }
  return (
    <section class="part" aria-labelledby="recover-title">
      <Form action={`/requests/${request.id}/recoveries`} formKey={newKey()} id={form}>
        <h3 id="recover-title">{words.title}</h3>
        <p>
          <Said text={words.says} amount={<Amount of={of.outstanding} />} payee={payee} />
        </p>
        <TextField
          name="receivedOn"
          type="date"
          label={words.receivedOn}
          value={value('receivedOn', today)}
          {...shared}
        />
        <SelectField
          name="bankAccountId"
          label={words.bankAccount}
          choices={bankAccounts.map(({ id, name, currency }) => ({ value: id, label: `${name} (${currency})` }))}
          value={value('bankAccountId', bankAccounts.length === 1 ? bankAccounts[0]!.id : '')}
          {...shared}
        />
        <TextField
          name="received"
          label={words.received}
          hint={t.amountHint}
          value={value('received')}
          inputMode="decimal"
          leftToRight
          {...shared}
        />
        <TextField name="reference" label={words.reference} value={value('reference')} maxLength={140} {...shared} />
        <button class="main">
          <Said text={words.button} payee={payee} />
        </button>
      </Form>
    </section>
  )
}

function GiveUpForm({ request, of, t, newKey, typed, today }: RecoveryProps) {
  const words = t.recovery.giveUp
  const form = 'give-up'
  const { problem, value } = typed(form)
  const shared = { problem, form, t, required: true }
  return (
    <details class="part" open={problem !== undefined}>
      <summary>{words.title}</summary>
      <Form action={`/requests/${request.id}/recovery-write-offs`} formKey={newKey()} id={form}>
        <p>{words.says}</p>
        <TextField
          name="amount"
          label={<Said text={words.amount} currency={<bdi>{of.outstanding.currency}</bdi>} />}
          hint={t.amountHint}
          value={value('amount', of.outstanding.amount)}
          inputMode="decimal"
          leftToRight
          {...shared}
        />
        <TextField
          name="writtenOffOn"
          type="date"
          label={words.writtenOffOn}
          value={value('writtenOffOn', today)}
          {...shared}
        />
        <LongTextField name="reason" label={words.reason} value={value('reason')} rows={2} {...shared} />
        <button class="main">{words.button}</button>
      </Form>
    </details>
  )
}
