import type { AttachmentTold } from '../server/attachments/read.ts'
import type { DueTold } from '../server/expenditure-reports/queries.ts'
import type { Condition } from '../server/tranches/policy.ts'
import type { TranchePlanTold, TrancheTold } from '../server/tranches/queries.ts'
import { AttachForm, Attachments } from './attachments.tsx'
import { Form, LongTextField } from './forms.tsx'
import { Amount, Columns, Day, Figure, Moment, Name, Said, Table } from './parts.tsx'
import type { PartNowProps } from './request-forms.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type SpendingShown = {
  readonly plan: TranchePlanTold | null
  readonly dues: readonly DueTold[]
  readonly payeeLate: { readonly late: number; readonly blocking: number; readonly worstDays: number | null } | null
  readonly attachments: readonly AttachmentTold[]
  readonly mayReport: boolean
  readonly mayWaive: boolean
  readonly mayAttach: boolean
}

type Props = Pick<PartNowProps, 'newKey' | 'typed'> & {
  readonly requestId: string
  readonly of: SpendingShown
  readonly t: Texts
}

/** How a request is paid, tranche by tranche, which reports it owes, and its files. */
export function Spending(props: Props) {
  const { requestId, of, t, newKey, typed } = props
  const words = t.spending
  const attaching = typed('attach').problem
  return (
    <section aria-labelledby="spending">
      <h2 id="spending">{words.title}</h2>
      {of.plan && <Tranches {...props} plan={of.plan} />}
      {of.dues.length > 0 && <Dues {...props} />}
      <h3>{words.files}</h3>
      <Attachments items={of.attachments} t={t} />
      {of.mayAttach && (
        <AttachForm action={`/requests/${requestId}/attachments`} formKey={newKey()} problem={attaching} t={t} />
      )}
    </section>
  )
}

/** Said before anybody approves: whoever is paid owes reports from before. */
export function PayeeIsLate({ of, t }: { of: SpendingShown['payeeLate']; t: Texts }) {
  if (!of || of.late === 0) return null
  return (
    <p class="alarm">
      <Said text={t.spending.payeeLate} late={of.late} days={of.worstDays} />
    </p>
  )
}

function Tranches({ plan, requestId, of, t, newKey, typed }: Props & { plan: TranchePlanTold }) {
  const words = t.spending
  const { currency } = plan.left
  const risk = wordFor(t.ratings.risks, plan.risk)
  return (
    <>
      <h3>{words.tranches}</h3>
      {plan.tranches.length === 0 ? (
        <p class="calm">{words.noTranches}</p>
      ) : (
        <>
          <p>
            <Said
              text={words.sources[plan.source]}
              day={<Day on={plan.ruleFrom} t={t} />}
              risk={risk}
              days={plan.days}
            />{' '}
            <Said text={words.left} amount={<Amount of={plan.left} />} />
          </p>
          <Table caption={<Said text={words.tranchesCaption} currency={<bdi>{currency}</bdi>} />}>
            <Columns names={[words.tranche, words.amount, words.plannedOn, words.state]} figures={[words.amount]} />
            <tbody>
              {plan.tranches.map((one) => (
                <tr>
                  <th scope="row">{one.number}</th>
                  <td class="figure">
                    <Figure of={one.amount.amount} />
                  </td>
                  <td>
                    <Day on={one.plannedOn} t={t} />
                  </td>
                  <td class="wide">
                    <State of={one} isNext={plan.next?.number === one.number} t={t} />{' '}
                    {one.note && <Name>{one.note}</Name>}
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
        </>
      )}
      {plan.next && <Next next={plan.next} t={t} />}
      {plan.next && of.mayWaive && (
        <WaiveForm requestId={requestId} tranche={plan.next.number} newKey={newKey} typed={typed} t={t} />
      )}
    </>
  )
}

function State({ of: { released }, isNext, t }: { of: TrancheTold; isNext: boolean; t: Texts }) {
  const words = t.spending
  if (!released) return <>{isNext ? words.waits : words.later}</>
  return (
    <Said
      text={words.grounds[released.grounds]}
      at={<Moment at={released.at} t={t} />}
      by={<Name>{released.proposedBy}</Name>}
      other={<Name>{released.decidedBy}</Name>}
      reason={<Name>{released.reason}</Name>}
    />
  )
}

function Next({ next, t }: { next: NonNullable<TranchePlanTold['next']>; t: Texts }) {
  const words = t.spending
  return (
    <>
      <h3>
        <Said text={words.next} n={next.number} />
      </h3>
      <ul>
        {next.conditions.map((one) => (
          <li>
            <strong>{one.met ? words.met : words.missing}</strong>: <InWords of={one} t={t} />
          </li>
        ))}
      </ul>
    </>
  )
}

function InWords({ of, t }: { of: Condition; t: Texts }) {
  const words = t.spending.conditions
  if (of.condition === 'reported') {
    const { accepted, received, needed } = of
    return (
      <Said
        text={words.reported}
        accepted={<Amount of={accepted} />}
        received={<Amount of={received} />}
        needed={<Amount of={needed} />}
      />
    )
  }
  if (of.condition === 'no_report_overdue') return <Said text={words.no_report_overdue} overdue={of.overdue} />
  if (of.rating === null || of.validUntil === null) return <>{words.no_rating}</>
  const rating = wordFor(t.ratings.risks, of.rating)
  return <Said text={words.risk_rating} rating={rating} until={<Day on={of.validUntil} t={t} />} />
}

function WaiveForm({ requestId, tranche, newKey, typed, t }: Omit<Props, 'of'> & { tranche: number }) {
  const words = t.spending
  const { problem, value } = typed('waive')
  return (
    <details class="part" open={problem !== undefined}>
      <summary>{words.waive}</summary>
      <Form action={`/requests/${requestId}/tranche-waivers`} formKey={newKey()} id="waive">
        <p>{words.waiveSays}</p>
        <input type="hidden" name="tranche" value={tranche} />
        <LongTextField
          name="reason"
          label={words.reason}
          value={value('reason')}
          rows={2}
          problem={problem}
          form="waive"
          required
          t={t}
        />
        <button class="main">{words.waiveButton}</button>
      </Form>
    </details>
  )
}

function Dues({ requestId, of, t, newKey }: Props) {
  const words = t.spending
  return (
    <>
      <h3>{words.reports}</h3>
      <DuesTable dues={of.dues} t={t} />
      {of.mayReport && (
        <Form action={`/requests/${requestId}/expenditure-reports`} formKey={newKey()} id="report">
          <button class="main">{words.begin}</button>
        </Form>
      )}
    </>
  )
}

/** Reports that are owed, with how late they are; of several requests, with which. */
export function DuesTable({
  dues,
  withRequest = false,
  t,
}: {
  dues: readonly DueTold[]
  withRequest?: boolean
  t: Texts
}) {
  const words = t.spending
  const names = [words.report, words.dueOn, words.state]
  return (
    <Table caption={withRequest ? words.list.duesCaption : words.reportsCaption}>
      <Columns names={withRequest ? [words.list.request, words.list.payee, ...names] : names} />
      <tbody>
        {dues.map((due) => (
          <tr>
            {withRequest && (
              <>
                <th scope="row">
                  <a href={`/requests/${due.requestId}`}>
                    <Name>
                      {due.requestCode} {due.title}
                    </Name>
                  </a>
                </th>
                <td>
                  <Name>{due.payee}</Name>
                </td>
              </>
            )}
            <td>
              <DueName due={due} t={t} />
            </td>
            <td>
              <Day on={due.dueOn} t={t} />
            </td>
            <td>
              {wordFor(words.statuses, due.status ?? 'none')}
              {due.open && due.daysLate > 0 && (
                <>
                  , <Said text={words.late} n={due.daysLate} />
                </>
              )}
              {due.blocks && <strong> · {words.blocks}</strong>}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function DueName({ due, t }: { due: DueTold; t: Texts }) {
  const words = t.spending
  const kind = words.kinds[due.kind]
  const name = due.tranche === null ? kind : <Said text={words.kindBefore} kind={kind} n={due.tranche} />
  return due.reportId === null ? <>{name}</> : <a href={`/expenditure-reports/${due.reportId}`}>{name}</a>
}
