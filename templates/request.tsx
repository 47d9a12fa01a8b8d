import type { NamesOfRequest, PaymentShown } from '../server/console/queries.ts'
import type { DeploymentTold } from '../server/deployments/queries.ts'
import type { RequestClock } from '../server/clock/queries.ts'
import type { readRequest } from '../server/requests/queries.ts'
import { BreakGlassForm, BreakGlassOn } from './break-glass.tsx'
import { ClockOfRequest } from './clock.tsx'
import { Closing, type ClosingProps } from './closing.tsx'
import { Findings, type FindingsProps } from './findings.tsx'
import { Lessons, type LessonsProps } from './lessons.tsx'
import { Problem, type FormProblem } from './forms.tsx'
import { AskForm, OpinionsOn } from './opinions.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Day, Facts, Moment, Name, Said, Status, wordsFor } from './parts.tsx'
import { PaymentsBack } from './payment-back.tsx'
import { DetailsChanged } from './bank-details.tsx'
import { Changes } from './request-changes.tsx'
import { PartNow, type PartNowProps } from './request-forms.tsx'
import { DeploymentsOn } from './request-deployments.tsx'
import { Recovery } from './recovery.tsx'
import { Advance } from './request-advance.tsx'
import { Payments, Steps } from './request-history.tsx'
import { BudgetLines, Funding, StagesOfRequest } from './request-money.tsx'
import { PayeeIsLate, Spending, type SpendingShown } from './spending.tsx'
import { Seldom } from './request-seldom.tsx'
import { StopClock } from './stop-clock.tsx'
import { StandingInFor } from './standing-in.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

type RequestTold = Awaited<ReturnType<typeof readRequest>>['body']

export type RequestShown = {
  readonly request: RequestTold
  readonly names: NamesOfRequest
  readonly payments: readonly PaymentShown[]
  readonly clock: RequestClock
  /** What has just been done, by its name in the texts. */
  readonly done: keyof Texts['done'] | undefined
  readonly problem: { readonly form: string; readonly problem: FormProblem } | undefined
  /** Who is away, whether the glass was broken, and what the advisory board says. */
  readonly around: AroundShown
  /** How it is brought to its end; undefined while nothing is approved, and for who does not read it whole. */
  readonly after: AfterShown | undefined
  /** How it is paid in tranches, which reports it owes, and its files. */
  readonly spending: SpendingShown
  /** Whether the reader reads the fund whole. */
  readonly reads: boolean
  readonly deployments: {
    readonly all: readonly DeploymentTold[]
    readonly mayPlan: boolean
    readonly mayRecord: boolean
  }
  readonly part: Omit<PartNowProps, 'request' | 'names' | 't'>
}

type AfterShown = Pick<ClosingProps, 'closing' | 'mayClose' | 'mayIdentify'> &
  Pick<FindingsProps, 'findings' | 'mayRecord' | 'mayAnswer' | 'mayEnd'> &
  Pick<LessonsProps, 'lessons' | 'mayWrite'>

export type AroundShown = {
  readonly away: Parameters<typeof StandingInFor>[0]['away']
  readonly standIns: Parameters<typeof StandingInFor>[0]['standIns']
  readonly broken: Parameters<typeof BreakGlassOn>[0]['items']
  readonly opinions: Parameters<typeof OpinionsOn>[0]['items']
  readonly mayHurry: readonly string[]
  readonly mayAsk: readonly { readonly id: string; readonly name: string }[]
}

/** A request whole: what it asks, who decides, who pays, what was paid, and what the reader may do about it now. */
export function requestPage(frame: Omit<Frame, 'title'>, shown: RequestShown): string {
  const { t } = frame
  const { request, names, payments, problem } = shown
  const { currency } = request.amount
  return page(
    { ...frame, title: `${request.code} ${request.title}` },
    <>
      {problem && <Problem {...problem} t={t} />}
      {shown.done && <Done {...shown} t={t} />}
      <h1>
        <Code>{request.code}</Code> <Name>{request.title}</Name>
      </h1>
      <p class="lead">
        <Status of={request.status} words={t.statuses} /> <Amount of={request.amount} />
        {request.waitingFor.length > 0 && (
          <span class="waiting">
            <Said
              text={t.request.waitingFor}
              roles={wordsFor(
                t.roles,
                request.waitingFor.map(({ role }) => role),
                t,
              )}
            />
          </span>
        )}
      </p>
      {request.ending && <Ending of={request.ending as EndingTold} t={t} />}
      {request.advance && <Advance of={request.advance} t={t} />}
      {request.recovery && <Recovery request={request} of={request.recovery} t={t} {...shown.part} />}
      <BreakGlassOn items={shown.around.broken} t={t} />
      <StandingInFor {...shown.around} t={t} />
      {request.bankDetailsChanged && (
        <DetailsChanged of={request.bankDetailsChanged} payee={names.payee} payeeId={request.payeeId} t={t} />
      )}
      <PayeeIsLate of={shown.spending.payeeLate} t={t} />
      <PartNow request={request} names={names} t={t} {...shown.part} />
      <Changes request={request} t={t} />
      <h2>{t.clock.ofRequest}</h2>
      <ClockOfRequest clock={shown.clock} t={t} />
      <StopClock requestId={request.id} clock={shown.clock} t={t} {...shown.part} />
      <h2>{t.request.facts}</h2>
      <WhatIsAsked request={request} names={names} t={t} />
      <h2>{t.request.lines}</h2>
      <BudgetLines request={request} t={t} />
      <Sent {...shown} t={t} />
      <h2>{t.request.steps}</h2>
      <Steps request={request} reads={shown.reads} t={t} />
      <Around {...shown} t={t} />
      <h2>{t.request.funding}</h2>
      <Funding request={request} t={t} />
      <h2>{t.request.money}</h2>
      <StagesOfRequest request={request} currency={currency} t={t} />
      <h2 id="payments">{t.request.payments}</h2>
      <Payments payments={payments} t={t} />
      <PaymentsBack names={names} t={t} {...shown.part} />
      {shown.after && <After {...shown} after={shown.after} t={t} />}
      <Spending requestId={request.id} of={shown.spending} t={t} {...shown.part} />
      <Seldom requestId={request.id} t={t} {...shown.part} />
    </>,
  )
}

function Sent({ request, deployments: { all, ...may }, part, t }: RequestShown & { t: Texts }) {
  return <DeploymentsOn request={request} deployments={all} {...may} {...part} t={t} />
}

/** What stands in the way of closing it, what audits have found, and what it has taught. */
function After({ request, part, after, t }: RequestShown & { after: AfterShown; t: Texts }) {
  const shared = { ...part, ...after, requestId: request.id, t }
  return (
    <>
      <Closing {...shared} currency={request.amount.currency} />
      <Findings {...shared} />
      <Lessons {...shared} asked={after.closing.isClosable} />
    </>
  )
}

/** What the advisory board says, and the forms of who may ask it or hurry a step. */
function Around({ request, around, part, t }: RequestShown & { t: Texts }) {
  const { id: requestId, contentHash } = request
  const { mayHurry, mayAsk, opinions } = around
  return (
    <div id="opinions">
      <OpinionsOn items={opinions} t={t} />
      {mayAsk.length > 0 && <AskForm requestId={requestId} advisors={mayAsk} {...part} t={t} />}
      {mayHurry.length > 0 && (
        <BreakGlassForm requestId={requestId} contentHash={contentHash ?? ''} roles={mayHurry} {...part} t={t} />
      )}
    </div>
  )
}

type EndingTold = { kind: string; reason: string }

function Ending({ of: { kind, reason }, t }: { of: EndingTold; t: Texts }) {
  return (
    <p>
      <Said text={t.request.ending} kind={wordFor(t.endings, kind)} reason={<Name>{reason}</Name>} />
    </p>
  )
}

function Done({ done, request, names, t }: RequestShown & { t: Texts }) {
  return (
    <div class="done" role="status">
      <Said text={t.done[done!]} amount={<Amount of={request.amount} />} payee={<Name>{names.payee ?? t.none}</Name>} />
    </div>
  )
}

function WhatIsAsked({ request, names, t }: { request: RequestTold; names: NamesOfRequest; t: Texts }) {
  const words = t.request
  const payee = names.payee !== null && (
    <>
      <Name>{names.payee}</Name> <span class="quiet">({names.payeeVerified ? words.verified : words.notVerified})</span>
    </>
  )
  return (
    <Facts
      of={[
        [words.entity, <Name>{names.entity}</Name>],
        [words.process, names.process && <Name>{names.process}</Name>],
        [words.payee, payee || t.none],
        [words.mandateBasis, request.mandateBasis && wordFor(t.mandateBases, request.mandateBasis)],
        [words.support, wordsFor(t.supports, request.support, t)],
        [words.themes, wordsFor(t.themes, request.themes, t)],
        [t.lane, wordFor(t.lanes, request.lane)],
        [t.laneReason, request.laneReason && <Name>{request.laneReason}</Name>],
        [words.from, request.startsOn && <Day on={request.startsOn} t={t} />],
        [words.until, request.endsOn && <Day on={request.endsOn} t={t} />],
        [t.requests.submitted, names.submittedAt && <Moment at={names.submittedAt} t={t} />],
        [
          words.heldUntil,
          request.reservedUntil && request.status === 'submitted' && <Day on={request.reservedUntil} t={t} />,
        ],
        [words.namedPeople, names.namedPeople.length > 0 && names.namedPeople.map((name) => <Name>{name} </Name>)],
        [
          words.purpose,
          request.purpose && (
            <p class="long" dir="auto">
              {request.purpose}
            </p>
          ),
        ],
      ]}
    />
  )
}
