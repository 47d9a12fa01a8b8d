import type { MoneyText } from '../server/money.ts'
import { Problem, type FormProblem } from './forms.tsx'
import { Ways } from './audit-ways.tsx'
import { page, type Frame } from './page.tsx'
import { Code, LongCode, Columns, Day, Figure, Name, Said, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

type Sides = { readonly debit: MoneyText; readonly credit: MoneyText }
type TrialLine = {
  readonly address: string
  readonly currency: string
  readonly book: 'actual' | 'budget'
  readonly debit: MoneyText | null
  readonly credit: MoneyText | null
  readonly functionalDebit: MoneyText | null
  readonly functionalCredit: MoneyText | null
}

export type TrialBalanceShown = {
  readonly fund: { readonly id: string; readonly name: string; readonly currency: string }
  readonly on: string
  readonly accounts: readonly TrialLine[]
  readonly books: readonly { readonly book: 'actual' | 'budget'; readonly functional: Sides }[]
  readonly balanced: boolean
  readonly problem: FormProblem | undefined
}

/** Every account with a balance as of a day, book by book, each the way to its statement. */
export function trialBalancePage(frame: Omit<Frame, 'title'>, shown: TrialBalanceShown): string {
  const { t } = frame
  const { fund, on, accounts, books, problem } = shown
  return page(
    { ...frame, title: t.ledger.title },
    <>
      {problem && <Problem problem={problem} t={t} form="" />}
      <h1>{t.ledger.title}</h1>
      <Ways fundId={fund.id} current="/ledger" t={t} />
      <form class="filter" method="get" action={`/funds/${fund.id}/ledger`}>
        <label for="on">{t.ledger.asOf}</label>
        <input type="date" id="on" name="on" value={on} />
        <button>{t.ledger.show}</button>
      </form>
      {accounts.length === 0 && <p class="calm">{t.ledger.empty}</p>}
      {books
        .filter(({ book }) => accounts.some((one) => one.book === book))
        .map(({ book, functional }) => (
          <>
            <h2>{t.ledger[book]}</h2>
            <Book {...shown} lines={accounts.filter((one) => one.book === book)} sums={functional} t={t} />
          </>
        ))}
      {accounts.length > 0 && (
        <p class={shown.balanced ? 'calm' : 'alarm'}>
          <Said
            text={shown.balanced ? t.ledger.inBalance : t.ledger.outOfBalance}
            currency={<bdi>{fund.currency}</bdi>}
          />
        </p>
      )}
      <Exports fund={fund} t={t} />
    </>,
  )
}

function Exports({ fund, t }: { fund: TrialBalanceShown['fund']; t: Texts }) {
  const words = t.ledger
  const at = `/api/v1/funds/${fund.id}/ledger/export`
  const inCurrency = (file: string) => (
    <Said text={words.exportInCurrency} file={file} currency={<bdi>{fund.currency}</bdi>} />
  )
  return (
    <section>
      <h2>{words.exports}</h2>
      <p class="calm">{words.exportsSay}</p>
      <ul>
        <li>
          <a href={at}>{words.exportProof}</a>
        </li>
        <li>
          <a href={`${at}.hledger`}>{words.exportHledger}</a>
        </li>
        <li>
          <a href={`${at}.hledger?in=functional`}>{inCurrency(words.exportHledger)}</a>
        </li>
        <li>
          <a href={`${at}.beancount`}>{words.exportBeancount}</a>
        </li>
        <li>
          <a href={`${at}.beancount?in=functional`}>{inCurrency(words.exportBeancount)}</a>
        </li>
        <li>
          <a href={`${at}.xml`}>{words.exportAuditFile}</a>
        </li>
      </ul>
    </section>
  )
}

function Book({ fund, on, lines, sums, t }: TrialBalanceShown & { lines: TrialLine[]; sums: Sides; t: Texts }) {
  const words = t.ledger
  const functional = (side: string) => `${side} ${fund.currency}`
  const foreign = lines.some((one) => one.currency !== fund.currency)
  const figures = foreign
    ? [words.debit, words.credit, functional(words.debit), functional(words.credit)]
    : [functional(words.debit), functional(words.credit)]
  return (
    <Table caption={<Said text={words.caption} fund={<Name>{fund.name}</Name>} day={<Day on={on} t={t} />} />}>
      <Columns names={[words.account, ...(foreign ? [words.currency] : []), ...figures]} figures={figures} />
      <tbody>
        {lines.map((one) => (
          <tr>
            <th scope="row">
              <a href={statementOf(fund.id, one.address, one.currency)}>
                <LongCode of={one.address} />
              </a>
            </th>
            {foreign && (
              <>
                <td>{one.currency}</td>
                <Side of={one.debit} />
                <Side of={one.credit} />
              </>
            )}
            <Side of={one.functionalDebit} />
            <Side of={one.functionalCredit} />
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={foreign ? 4 : 1}>
            {t.total}
          </th>
          <Side of={sums.debit} />
          <Side of={sums.credit} />
        </tr>
      </tfoot>
    </Table>
  )
}

function Side({ of }: { of: MoneyText | null }) {
  return <td class="figure">{of && <Figure of={of.amount} />}</td>
}

/** The address of an account's statement. */
export function statementOf(fundId: string, address: string, currency: string): string {
  return `/funds/${fundId}/ledger/statement?${new URLSearchParams({ address, currency }).toString()}`
}

export type StatementShown = {
  readonly fundId: string
  readonly address: string
  readonly currency: string
  readonly opening: MoneyText
  readonly items: readonly {
    readonly occurredOn: string
    readonly entryId: string
    readonly kind: string
    readonly memo: string
    readonly amount: MoneyText
    readonly balance: MoneyText
  }[]
  readonly next: string | null
}

/** An account's postings with the running balance, each the way to its entry. */
export function statementPage(frame: Omit<Frame, 'title'>, shown: StatementShown): string {
  const { t } = frame
  const words = t.ledger
  const figures = [words.amount, words.balance]
  return page(
    { ...frame, title: words.statement.replace('{account}', shown.address) },
    <>
      <h1>
        <Said text={words.statement} account={<LongCode of={shown.address} />} />
      </h1>
      <p>
        <a href={`/funds/${shown.fundId}/ledger`}>{words.title}</a>
      </p>
      <Table
        caption={
          <Said
            text={words.statementCaption}
            account={<LongCode of={shown.address} />}
            currency={<bdi>{shown.currency}</bdi>}
          />
        }
      >
        <Columns names={[words.day, words.entry, words.event, words.memo, ...figures]} figures={figures} />
        <tbody>
          {/[1-9]/.test(shown.opening.amount) && (
            <tr>
              <th scope="row" colSpan={5}>
                {words.broughtForward}
              </th>
              <td class="figure">
                <Figure of={shown.opening.amount} />
              </td>
            </tr>
          )}
          {shown.items.map((line) => (
            <tr>
              <td>
                <Day on={line.occurredOn} t={t} />
              </td>
              <th scope="row">
                <a href={`/funds/${shown.fundId}/ledger/entries/${line.entryId}`}>
                  <Code>{line.entryId}</Code>
                </a>
              </th>
              <td>{wordFor(t.events, line.kind)}</td>
              <td class="wide">
                <Name>{line.memo}</Name>
              </td>
              <td class="figure">
                <Figure of={line.amount.amount} />
              </td>
              <td class="figure">
                <Figure of={line.balance.amount} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      <p class="pages">
        {shown.next && (
          <a rel="next" href={shown.next}>
            {words.later}
          </a>
        )}
      </p>
    </>,
  )
}
