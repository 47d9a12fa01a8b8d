import type { MoneyText } from '../server/money.ts'
import { DoneNote, FieldForm, type Field, type Typed } from './fields.tsx'
import { Problem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Columns, Month, Name, Table } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

export type SubsistenceShown = {
  readonly fund: { readonly id: string; readonly currency: string }
  /** Without a country: the default. */
  readonly rates: readonly {
    readonly country: string | null
    readonly month: string
    readonly rate: MoneyText
    readonly source: string
  }[]
  readonly maySet: boolean
  readonly month: string
  readonly done: boolean
  readonly typed: Typed
  readonly formKey: string
}

/** What a night is given by country and month, and the form of who sets it. */
export function subsistencePage(frame: Omit<Frame, 'title'>, shown: SubsistenceShown): string {
  const { t } = frame
  const words = t.subsistence
  const { rates, typed } = shown
  return page(
    { ...frame, title: words.title },
    <>
      {typed.problem && <Problem problem={typed.problem} t={t} />}
      <DoneNote>{shown.done && words.done}</DoneNote>
      <h1>{words.title}</h1>
      <p>{words.says}</p>
      <p class="hint">{words.source}</p>
      {rates.length === 0 ? (
        <p class="calm">{words.none}</p>
      ) : (
        <>
          {rates.every(({ country }) => country !== null) && <p class="alarm">{words.noDefault}</p>}
          <Table caption={words.caption}>
            <Columns names={[words.country, words.month, words.rate, words.from]} figures={[words.rate]} />
            <tbody>
              {rates.map((one) => (
                <tr>
                  <th scope="row">{one.country === null ? words.byDefault : <Name>{one.country}</Name>}</th>
                  <td>
                    <Month of={one.month} t={t} />
                  </td>
                  <td class="figure">
                    <Amount of={one.rate} />
                  </td>
                  <td>
                    <Name>{one.source}</Name>
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
        </>
      )}
      {shown.maySet && <SetRate shown={shown} t={t} />}
    </>,
  )
}

function SetRate({ shown, t }: { shown: SubsistenceShown; t: Texts }) {
  const words = t.subsistence
  const { fund, month, typed, formKey } = shown
  const fields: Field[] = [
    { name: 'country', label: words.country, hint: words.countryHint, most: 100 },
    { name: 'month', label: words.month, kind: 'code', hint: t.rates.monthHint, most: 7, required: true, now: month },
    { name: 'rate', label: words.rate, kind: 'amount', hint: t.amountHint, required: true },
    { name: 'currency', label: t.rates.currency, kind: 'code', most: 3, required: true, now: fund.currency },
    { name: 'source', label: words.from, hint: words.fromHint, most: 300, required: true },
  ]
  return (
    <section class="part" aria-labelledby="set">
      <h2 id="set">{words.set}</h2>
      <FieldForm action={`/funds/${fund.id}/subsistence`} {...{ fields, button: words.button, formKey, typed, t }} />
    </section>
  )
}
