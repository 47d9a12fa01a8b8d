import type { MoneyText } from '../server/money.ts'
import type { ProposalTold } from '../server/proposals/queries.ts'
import type { ConversionTold, InterestListed, ShareTold } from '../server/treasury/queries.ts'
import { Problem, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Day, Figure, Name, Said, Table } from './parts.tsx'
import { ConversionForm, InterestQuestion, InterestRecord, MoveForm } from './treasury-forms.tsx'
import { Proposals } from './treasury-proposals.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type TreasuryShown = {
  readonly fund: { readonly id: string; readonly currency: string }
  readonly reserve: {
    readonly balance: MoneyText
    readonly alert: { readonly lacking: MoneyText } | null
    readonly byKind: readonly { readonly kind: string; readonly entries: number; readonly amount: MoneyText }[]
  }
  /** What waits for a second person, and what the reader may do about it. */
  readonly proposals: readonly (ProposalTold & { readonly part: 'own' | 'decide' | undefined })[]
  readonly conversions: readonly ConversionTold[]
  readonly interest: readonly InterestListed[]
  readonly accounts: readonly { readonly id: string; readonly name: string; readonly currency: string }[]
  readonly lenders: readonly { readonly id: string; readonly code: string; readonly donor: string }[]
  readonly may: { readonly convert: boolean; readonly earn: boolean; readonly move: boolean }
  /** The interest that the reader asked about, and the shares of it. */
  readonly asked: Readonly<Record<string, string>>
  readonly preview:
    | {
        readonly amount: MoneyText
        readonly functional: MoneyText
        readonly toReserve: MoneyText
        readonly shares: readonly ShareTold[]
        readonly basis: string
      }
    | undefined
  readonly previewProblem: FormProblem | undefined
  readonly done: string | undefined
  readonly refused:
    | { readonly form: string; readonly problem: FormProblem; readonly fields: Readonly<Record<string, string>> }
    | undefined
  readonly today: string
  readonly newKey: () => string
}

/** The page of the treasurer and the controller. */
export function treasuryPage(frame: Omit<Frame, 'title'>, shown: TreasuryShown): string {
  const { t } = frame
  const words = t.treasury
  const { refused, previewProblem } = shown
  const wrong = refused ?? (previewProblem && { form: 'look', problem: previewProblem })
  return page(
    { ...frame, title: words.title },
    <>
      {wrong && <Problem problem={wrong.problem} t={t} form={wrong.form} />}
      {shown.done && (
        <p class="done" role="status">
          {shown.done}
        </p>
      )}
      <h1>{words.title}</h1>
      <Reserve {...shown} t={t} />
      <Proposals {...shown} t={t} />
      <Conversions {...shown} t={t} />
      <Interest {...shown} t={t} />
      {shown.may.move && <MoveForm shown={shown} t={t} />}
      <p>
        <a href={`/funds/${shown.fund.id}/recoverables`}>{t.recovery.list.link}</a>{' '}
        <a href={`/funds/${shown.fund.id}/receipts`}>{t.unidentified.title}</a>
      </p>
      <p>
        <a href={`/api/v1/funds/${shown.fund.id}/exchange-differences?format=csv`}>{words.differences}</a>
      </p>
    </>,
  )
}

type Part = TreasuryShown & { readonly t: Texts }

function Reserve({ fund, reserve, t }: Part) {
  const words = t.treasury
  const figures = [words.entries, words.amount]
  return (
    <section aria-labelledby="reserve">
      <h2 id="reserve">{words.reserve}</h2>
      <p>
        <Said text={words.reserveSays} balance={<Amount of={reserve.balance} />} />
      </p>
      {reserve.alert && (
        <p class="alarm" role="alert">
          <Said text={words.reserveAlert} lacking={<Amount of={reserve.alert.lacking} />} />
        </p>
      )}
      {reserve.byKind.length > 0 && (
        <Table caption={<Said text={words.reserveCaption} currency={<bdi>{fund.currency}</bdi>} />}>
          <Columns names={[t.ledger.event, ...figures]} figures={figures} />
          <tbody>
            {reserve.byKind.map((one) => (
              <tr>
                <th scope="row">{wordFor(t.events, one.kind)}</th>
                <td class="figure">{one.entries}</td>
                <Cell of={one.amount} />
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                {t.total}
              </th>
              <Cell of={reserve.balance} />
            </tr>
          </tfoot>
        </Table>
      )}
    </section>
  )
}

function Conversions(shown: Part) {
  const { conversions, fund, t } = shown
  const words = t.treasury
  const figures = [words.left, words.arrived, words.charge, words.carrying, words.loss]
  return (
    <section aria-labelledby="conversions">
      <h2 id="conversions">{words.conversions}</h2>
      {conversions.length === 0 ? (
        <p class="calm">{words.noConversions}</p>
      ) : (
        <Table caption={<Said text={words.conversionsCaption} currency={<bdi>{fund.currency}</bdi>} />}>
          <Columns names={[t.ledger.day, words.way, ...figures, words.reference]} figures={figures} />
          <tbody>
            {conversions.map((one) => (
              <tr>
                <td>
                  <Day on={one.arrivedOn} t={t} />
                </td>
                <th scope="row">
                  <Code>{one.from.code}</Code>
                  {t.language === 'ar' ? ' ← ' : ' → '}
                  <Code>{one.to.code}</Code>
                </th>
                {[one.left, one.arrived, one.charge].map((amount) => (
                  <td class="figure">
                    <Amount of={amount} />
                  </td>
                ))}
                <Cell of={one.carrying} />
                <Cell of={one.loss} />
                <td>
                  <Name>{one.reference}</Name>
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {shown.may.convert && <ConversionForm shown={shown} t={t} />}
    </section>
  )
}

function Interest(shown: Part) {
  const { interest, fund, t } = shown
  const words = t.treasury
  const figures = [words.amount, words.toContributions, words.toReserve]
  return (
    <section aria-labelledby="interest">
      <h2 id="interest">{words.interest}</h2>
      {interest.length === 0 ? (
        <p class="calm">{words.noInterest}</p>
      ) : (
        <Table caption={<Said text={words.interestCaption} currency={<bdi>{fund.currency}</bdi>} />}>
          <Columns names={[words.account, words.period, ...figures, words.reference]} figures={figures} />
          <tbody>
            {interest.map((one) => (
              <tr>
                <th scope="row">
                  <Code>{one.bankAccount.code}</Code>
                </th>
                <td>
                  <Day on={one.periodFrom} t={t} /> – <Day on={one.periodTo} t={t} />
                </td>
                <td class="figure">
                  <Amount of={one.amount} />
                </td>
                <Cell of={one.toContributions} />
                <Cell of={one.toReserve} />
                <td>
                  <Name>{one.reference}</Name>
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {shown.may.earn && <InterestQuestion shown={shown} t={t} />}
      {shown.preview && <Shares {...shown} />}
      {shown.preview && shown.may.earn && <InterestRecord shown={shown} t={t} />}
    </section>
  )
}

function Shares({ preview, fund, t }: Part) {
  const words = t.treasury
  const { shares, functional, amount } = preview!
  const figures = [words.days, words.balanceDays, words.share]
  return (
    <Table
      caption={
        <Said text={words.sharesCaption} amount={<Amount of={amount} />} currency={<bdi>{fund.currency}</bdi>} />
      }
    >
      <Columns names={[words.contribution, words.goesTo, ...figures]} figures={figures} />
      <tbody>
        {shares.map((one) => (
          <tr>
            <th scope="row">
              <Code>{one.code}</Code>
            </th>
            <td>{words.goals[one.goesTo]}</td>
            <td class="figure">{one.days}</td>
            <Cell of={one.balanceDays} />
            <Cell of={one.share} />
          </tr>
        ))}
        {shares.length === 0 && (
          <tr>
            <th scope="row" colSpan={4}>
              {words.toReserve}
            </th>
            <Cell of={functional} />
          </tr>
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={4}>
            {t.total}
          </th>
          <Cell of={functional} />
        </tr>
      </tfoot>
    </Table>
  )
}

function Cell({ of }: { of: MoneyText }) {
  return (
    <td class="figure">
      <Figure of={of.amount} />
    </td>
  )
}
