import { amountText, money } from '../server/money.ts'
import type { readRequest } from '../server/requests/queries.ts'
import { Code, Columns, Day, Figure, Name, Said, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

/** The money of a request: what it asks for, who would pay, and where it is. */

type RequestTold = Awaited<ReturnType<typeof readRequest>>['body']

export function BudgetLines({ request, t }: { request: RequestTold; t: Texts }) {
  const { lines, amount } = request
  if (lines.length === 0) return <p class="calm">{t.request.noLines}</p>
  return (
    <Table caption={<Said text={t.request.linesCaption} currency={<bdi>{amount.currency}</bdi>} />}>
      <Columns names={[t.request.category, t.request.description, t.requests.amount]} figures={[t.requests.amount]} />
      <tbody>
        {lines.map((line) => (
          <tr>
            <th scope="row">{wordFor(t.categories, line.category)}</th>
            <td>
              <Name>{line.description}</Name>
            </td>
            <td class="figure">
              <Figure of={line.amount.amount} />
            </td>
          </tr>
        ))}
      </tbody>
      <Total amount={amount.amount} before={2} t={t} />
    </Table>
  )
}

export function Funding({ request, t }: { request: RequestTold; t: Texts }) {
  const { funding, amount } = request
  if (funding.length === 0) return <p class="calm">{t.request.noFunding}</p>
  return (
    <Table caption={<Said text={t.request.fundingCaption} currency={<bdi>{amount.currency}</bdi>} />}>
      <Columns names={[t.request.contribution, t.requests.amount, t.request.why]} figures={[t.requests.amount]} />
      <tbody>
        {funding.map((part) => (
          <tr>
            <th scope="row">
              <Code>{part.code}</Code>
            </th>
            <td class="figure">
              <Figure of={part.amount.amount} />
            </td>
            <td class="wide">
              <Reason of={part.reason as ReasonTold} currency={amount.currency} t={t} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

type ReasonTold = { rule: string; level: string; place: number; available: string; spendBy: string | null }

/** Why a contribution was chosen, in a sentence. */
function Reason({ of, currency, t }: { of: ReasonTold; currency: string; t: Texts }) {
  const { rule, level, place, available, spendBy } = of
  return (
    <Said
      text={t.request.reason}
      rule={wordFor(t.fundingRules, rule)}
      place={place}
      level={wordFor(t.earmarkLevels, level)}
      available={<Figure of={amountText(money(available, currency))} />}
      spendBy={spendBy ? <Said text={t.request.spendBy} day={<Day on={spendBy} t={t} />} /> : t.request.noSpendBy}
    />
  )
}

export function StagesOfRequest({ request, currency, t }: { request: RequestTold; currency: string; t: Texts }) {
  return (
    <Table caption={<Said text={t.request.moneyCaption} currency={<bdi>{currency}</bdi>} />}>
      <Columns names={[t.home.stage, t.requests.amount]} figures={[t.requests.amount]} />
      <tbody>
        {(['reserved', 'committed', 'disbursed', 'reported'] as const).map((stage) => (
          <tr>
            <th scope="row">{t.stages[stage]}</th>
            <td class="figure">
              <Figure of={request.stages[stage].amount} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Total({ amount, before, t }: { amount: string; before: number; t: Texts }) {
  return (
    <tfoot>
      <tr>
        <th scope="row" colSpan={before}>
          {t.total}
        </th>
        <td class="figure">
          <Figure of={amount} />
        </td>
      </tr>
    </tfoot>
  )
}
