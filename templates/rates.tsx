import type { RateChange, RateTold } from '../server/rates/queries.ts'
import { DoneNote, FieldForm, type Field, type Typed } from './fields.tsx'
import { Form, Problem, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Code, Columns, Figure, Moment, Month, Name, Said, Table } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

export type RatesShown = {
  readonly fund: { readonly id: string; readonly currency: string }
  readonly rates: readonly RateTold[]
  /** Changes that wait for a second person. */
  readonly changes: readonly RateChange[]
  readonly next: string | null
  readonly mayKeep: boolean
  /** The reader, who confirms nothing of their own. */
  readonly me: string
  readonly month: string
  readonly done: string | undefined
  readonly problem: { readonly problem: FormProblem; readonly form: string } | undefined
  readonly typed: (form: string) => Typed
  readonly newKey: () => string
}

/** Rates of exchange in force, what of them is to be changed, and the forms of who keeps them. */
export function ratesPage(frame: Omit<Frame, 'title'>, shown: RatesShown): string {
  const { t } = frame
  const words = t.rates
  const { fund, rates, next } = shown
  return page(
    { ...frame, title: words.title },
    <>
      {shown.problem && <Problem {...shown.problem} t={t} />}
      <DoneNote>{shown.done}</DoneNote>
      <h1>{words.title}</h1>
      <p>
        <Said text={words.says} currency={<bdi>{fund.currency}</bdi>} />
      </p>
      {shown.changes.map((change) => (
        <Change {...{ change, shown, t }} />
      ))}
      {rates.length === 0 ? (
        <p class="calm">{words.none}</p>
      ) : (
        <Table caption={words.caption}>
          <Columns
            names={[words.month, words.currency, words.units, words.source, words.setBy, words.since]}
            figures={[words.units]}
          />
          <tbody>
            {rates.map((rate) => (
              <tr>
                <th scope="row">
                  <Month of={rate.month} t={t} />
                </th>
                <td>
                  <Code>{rate.currency}</Code>
                </td>
                <td class="figure">
                  <Figure of={rate.units} />
                </td>
                <td>
                  <Name>{rate.source}</Name>
                </td>
                <td>{rate.by ? <Name>{rate.by.name}</Name> : t.none}</td>
                <td>
                  <Moment at={rate.since} t={t} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <p class="pages">
        {next && (
          <a rel="next" href={next}>
            {t.next}
          </a>
        )}
      </p>
      {shown.mayKeep && <Forms shown={shown} t={t} />}
    </>,
  )
}

function Change({ change, shown, t }: { change: RateChange; shown: RatesShown; t: Texts }) {
  const words = t.rates
  const { id, currency, month, replaces, units, proposedBy } = change
  return (
    <section class="part" id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>
        {words.change} <Code>{currency}</Code> <Month of={month} t={t} />
      </h2>
      <p>
        <Said
          text={words.changeSays}
          from={<Figure of={replaces} />}
          to={<Figure of={units} />}
          by={<Name>{proposedBy.name}</Name>}
          at={<Moment at={change.proposedAt} t={t} />}
          reason={<Name>{change.reason}</Name>}
        />
      </p>
      <p>{words.valued.replace('{count}', `${change.entriesValued}`)}</p>
      {proposedBy.id === shown.me ? (
        <p class="calm">{words.another}</p>
      ) : (
        shown.mayKeep && (
          <Form action={`/exchange-rate-changes/${id}/confirmations`} formKey={shown.newKey()}>
            <button class="main">{words.confirm}</button>
          </Form>
        )
      )}
    </section>
  )
}

function Forms({ shown, t }: { shown: RatesShown; t: Texts }) {
  const words = t.rates
  const { fund, typed, newKey, month } = shown
  const fields: Field[] = [
    { name: 'currency', label: words.currency, kind: 'code', hint: words.currencyHint, most: 3, required: true },
    { name: 'month', label: words.month, kind: 'code', hint: words.monthHint, most: 7, now: month, required: true },
    {
      name: 'units',
      label: <Said text={words.unitsPer} currency={<bdi>{fund.currency}</bdi>} />,
      kind: 'amount',
      hint: words.unitsHint,
      required: true,
    },
    { name: 'source', label: words.source, hint: words.sourceHint, most: 200, required: true },
  ]
  const reason: Field = { name: 'reason', label: t.experts.reason, kind: 'long', required: true }
  return (
    <>
      <section class="part" aria-labelledby="record-title">
        <h2 id="record-title">{words.record}</h2>
        <FieldForm
          action={`/funds/${fund.id}/exchange-rates`}
          {...{ fields, button: words.recordButton, formKey: newKey(), typed: typed('record'), form: 'record', t }}
        />
      </section>
      <section class="part" aria-labelledby="change-title">
        <h2 id="change-title">{words.propose}</h2>
        <p>{words.proposeSays}</p>
        <FieldForm
          action={`/funds/${fund.id}/exchange-rate-changes`}
          {...{ fields: [...fields, reason], button: words.proposeButton, formKey: newKey() }}
          {...{ typed: typed('change'), form: 'change', t }}
        />
      </section>
    </>
  )
}
