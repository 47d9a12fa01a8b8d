import type { readContribution } from '../server/contributions/read.ts'
import type { Earmark } from '../server/funding/policy.ts'
import { ContributionForms, type FormsOfContribution } from './contribution-forms.tsx'
import { Losses, type Loss } from './contribution-losses.tsx'
import type { Typed } from './fields.tsx'
import { Problem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Day, Facts, Figure, LongCode, Name, Said, Status, Table } from './parts.tsx'
import { StageStatus } from './stage-bar.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type ContributionTold = Awaited<ReturnType<typeof readContribution>>

export type ContributionShown = FormsOfContribution & {
  readonly done: keyof Texts['done'] | undefined
  /** The fund whose report of this donor the reader may open. */
  readonly mayReport: string | undefined
  readonly mayLose: readonly Loss[]
  readonly typed: (form: string) => Typed
}

/** A contribution whole: what was promised and signed, what came, where it is, and what the reader may record now. */
export function contributionPage(frame: Omit<Frame, 'title'>, shown: ContributionShown): string {
  const { t } = frame
  const { contribution, currency, refused } = shown
  const words = t.contribution
  return page(
    { ...frame, title: words.title.replace('{code}', contribution.code) },
    <>
      {refused && <Problem {...refused} t={t} />}
      {shown.done && (
        <div class="done" role="status">
          {t.done[shown.done]}
        </div>
      )}
      <h1>
        <Said text={words.title} code={<Code>{contribution.code}</Code>} />
      </h1>
      <p class="lead">
        <Status of={contribution.status} words={t.contributionStatuses} />
        <Name>{contribution.donor.name}</Name> <Amount of={contribution.agreed ?? contribution.pledged} />
      </p>
      <ContributionForms {...shown} t={t} />
      <Terms contribution={contribution} t={t} />
      {shown.mayReport && (
        <p class="reports">
          <a
            href={`/api/v1/funds/${shown.mayReport}/donors/${contribution.donor.id}/report.pdf?language=${t.language}`}
          >
            {t.language === 'ar' ? t.donors.reportArabic : t.donors.reportEnglish}
          </a>
        </p>
      )}
      <h2>{words.figures}</h2>
      <Figures contribution={contribution} currency={currency} t={t} />
      <h2>{words.receipts}</h2>
      <Receipts contribution={contribution} currency={currency} t={t} />
      <h2>{words.where}</h2>
      {heldBack(contribution) ? (
        <p>{words.heldBack}</p>
      ) : (
        <StageStatus stages={contribution.figures.stages} currency={currency} t={t} id="stages" />
      )}
      <Losses {...shown} may={shown.mayLose} t={t} />
    </>,
  )
}

/** Under a condition that is not met yet, what came gives no authority to spend. */
function heldBack({ agreement, receipts }: ContributionTold): boolean {
  return agreement !== null && agreement.conditional && agreement.metOn === null && receipts.length > 0
}

type Part = { contribution: ContributionTold; t: Texts }

function Terms({ contribution: { donor, pledged, pledgedOn, agreement, earmark }, t }: Part) {
  const words = t.contribution
  const condition = agreement?.conditional && (
    <>
      <Name>{agreement.condition}</Name>{' '}
      <span class="quiet">
        (
        {agreement.metOn === null ? (
          words.conditionOpen
        ) : (
          <Said text={words.conditionMet} day={<Day on={agreement.metOn} t={t} />} />
        )}
        )
      </span>
    </>
  )
  const support = agreement && (
    <>
      <bdi dir="ltr">{words.percent.replace('{rate}', percent(agreement.supportCost.rateBps))}</bdi>{' '}
      <span class="quiet">({wordFor(t.supportCostBases, agreement.supportCost.base)})</span>
    </>
  )
  return (
    <Facts
      of={[
        [words.donor, <Name>{donor.name}</Name>],
        [words.pledged, <Amount of={pledged} />],
        [words.pledgedOn, <Day on={pledgedOn} t={t} />],
        [words.earmark, <Earmarked of={earmark} t={t} />],
        [words.agreed, agreement && <Amount of={agreement.amount} />],
        [words.signedOn, agreement && <Day on={agreement.signedOn} t={t} />],
        [words.condition, condition],
        [words.supportCost, support],
        [words.reference, agreement && agreement.reference !== '' && <LongCode of={agreement.reference} />],
      ]}
    />
  )
}

/** `12.5` of 1250 basis points. */
function percent(rateBps: number): string {
  const [whole, rest] = [
    Math.trunc(rateBps / 100),
    String(rateBps % 100)
      .padStart(2, '0')
      .replace(/0+$/, ''),
  ]
  return rest ? `${whole}.${rest}` : `${whole}`
}

function Earmarked({ of, t }: { of: Earmark; t: Texts }) {
  const { level, window, regions = [], countries = [], phases = [], themes = [], spendBy } = of
  const bound = [
    ...[...regions, ...countries, ...(window ? [window] : [])].map((name) => <Name>{name}</Name>),
    ...phases.map((phase) => wordFor(t.phases, phase)),
    ...themes.map((theme) => wordFor(t.themes, theme)),
    ...(spendBy ? [<Said text={t.request.spendBy} day={<Day on={spendBy} t={t} />} />] : []),
  ]
  return (
    <>
      {wordFor(t.earmarkLevels, level)}
      {bound.map((one) => (
        <> · {one}</>
      ))}
    </>
  )
}

const FIGURES = ['pledged', 'agreed', 'received', 'outstanding', 'writtenOff'] as const

function Figures({ contribution: { code, figures }, currency, t }: Part & { currency: string }) {
  const words = t.contribution
  const inFund = words.functional.replace('{currency}', currency)
  const columns = [words.original, inFund]
  return (
    <Table caption={<Said text={words.figuresCaption} code={<Code>{code}</Code>} />}>
      <Columns names={[words.figure, ...columns]} figures={columns} />
      <tbody>
        {FIGURES.map((name) => (
          <tr>
            <th scope="row">{words[name]}</th>
            <td class="figure">
              <Amount of={figures.original[name]} />
            </td>
            <td class="figure">
              <Figure of={figures.functional[name].amount} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Receipts({ contribution: { code, receipts }, currency, t }: Part & { currency: string }) {
  const words = t.contribution
  if (receipts.length === 0) return <p class="calm">{words.noReceipts}</p>
  const inFund = (text: string) => text.replace('{currency}', currency)
  const figures = [words.sent, words.applied, inFund(words.authority), inFund(words.support)]
  return (
    <Table caption={<Said text={words.receiptsCaption} code={<Code>{code}</Code>} />}>
      <Columns names={[words.receivedOn, t.act.settle.reference, ...figures]} figures={figures} />
      <tbody>
        {receipts.map((receipt) => (
          <tr>
            <th scope="row">
              <Day on={receipt.receivedOn} t={t} />
            </th>
            <td>
              <LongCode of={receipt.reference} />
            </td>
            <td class="figure">
              <Amount of={receipt.sent} />
            </td>
            <td class="figure">
              <Amount of={receipt.applied} />
            </td>
            <td class="figure">
              <Figure of={receipt.authority.amount} />
            </td>
            <td class="figure">
              <Figure of={receipt.support.amount} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
