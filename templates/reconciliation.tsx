import type { Item, ReconciledDay, Reconciliation } from '../server/statements/figures.ts'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Day, Figure, Name, Said, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type ReconciliationShown = {
  readonly fundId: string
  readonly name: string
  readonly told: Reconciliation
  readonly days: readonly ReconciledDay[]
}

/** An account at the end of a day: both balances, what lies between them item by item, and the days before. */
export function reconciliationPage(frame: Omit<Frame, 'title'>, shown: ReconciliationShown): string {
  const { t } = frame
  const words = t.reconciliation
  const { told, name } = shown
  return page(
    { ...frame, title: words.title.replace('{account}', name) },
    <>
      <h1>
        <Said text={words.title} account={<Name>{name}</Name>} />
      </h1>
      <form method="get" action={`/bank-accounts/${told.account.id}/reconciliation`}>
        <label for="on">{words.on}</label> <input type="date" id="on" name="on" value={told.on} />{' '}
        <button>{words.show}</button>
      </form>
      <dl class="facts">
        <Fact name={t.statements.bank} of={told.bank} none={t.statements.noStatementYet} />
        <Fact name={t.statements.ledger} of={told.ledger} none="" />
        <Fact name={t.statements.difference} of={told.difference} none={t.none} />
        <Fact name={t.statements.inTransit} of={told.inTransit} none="" />
      </dl>
      <Verdict {...shown} t={t} />
      {told.items.length > 0 && <Items {...shown} t={t} />}
      <Days {...shown} t={t} />
    </>,
  )
}

type Part = ReconciliationShown & { readonly t: Texts }

function Fact({ name, of, none }: { name: string; of: Reconciliation['bank']; none: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{of ? <Amount of={of} /> : none}</dd>
    </div>
  )
}

function Verdict({ told, t }: Part) {
  const words = t.reconciliation
  const { difference } = told
  if (difference === null) return <p class="calm">{words.notBegun}</p>
  if (!/[1-9]/.test(difference.amount)) return <p class="done">{words.agrees}</p>
  const less = difference.amount.startsWith('-')
  const size = { ...difference, amount: difference.amount.replace('-', '') }
  return (
    <p>
      <Said text={less ? words.differsLess : words.differs} amount={<Amount of={size} />} />
    </p>
  )
}

function Items({ told, fundId, t }: Part) {
  const words = t.reconciliation
  const { amount } = t.statements
  return (
    <Table caption={<Said text={words.items} currency={<bdi>{told.account.currency}</bdi>} />}>
      <Columns names={[words.reason, words.bankDay, words.ledgerDay, words.about, amount]} figures={[amount]} />
      <tbody>
        {told.items.map((one) => (
          <tr>
            <th scope="row">{wordFor(words.reasons, one.reason)}</th>
            <td>{one.bankDay ? <Day on={one.bankDay} t={t} /> : t.none}</td>
            <td>{one.ledgerDay ? <Day on={one.ledgerDay} t={t} /> : t.none}</td>
            <td>
              <About one={one} fundId={fundId} t={t} />
            </td>
            <td class="figure">
              <Figure of={one.amount.amount} />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={4}>
            {words.explained}
          </th>
          <td class="figure">
            <Figure of={told.explained.amount} />
          </td>
        </tr>
      </tfoot>
    </Table>
  )
}

function About({ one, fundId, t }: { one: Item; fundId: string; t: Texts }) {
  return (
    <>
      {one.reference && (
        <a href={`/funds/${fundId}/statements/work-list#${one.entryId}`}>
          <Code>{one.reference}</Code>
        </a>
      )}{' '}
      {one.kind &&
        (wordFor(t.events, one.kind) === one.kind
          ? wordFor(t.statements.kinds, one.kind)
          : wordFor(t.events, one.kind))}{' '}
      {one.ledgerEntryId && (
        <a href={`/funds/${fundId}/ledger/entries/${one.ledgerEntryId}`}>
          <Said text={t.statements.entry} number={<bdi>{one.ledgerEntryId}</bdi>} />
        </a>
      )}{' '}
      {one.memo && <Name>{one.memo}</Name>}
    </>
  )
}

function Days({ told, days, t }: Part) {
  const words = t.reconciliation
  const figures = [t.statements.bank, t.statements.ledger, t.statements.difference]
  return (
    <Table caption={<Said text={words.daysTitle} currency={<bdi>{told.account.currency}</bdi>} />}>
      <Columns names={[words.day, ...figures]} figures={figures} />
      <tbody>
        {days.map((one) => (
          <tr>
            <th scope="row">
              <a href={`/bank-accounts/${told.account.id}/reconciliation?on=${one.on}`}>
                <Day on={one.on} t={t} />
              </a>
            </th>
            {[one.bank, one.ledger, one.difference].map((amount) => (
              <td class="figure">{amount ? <Figure of={amount.amount} /> : t.none}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
