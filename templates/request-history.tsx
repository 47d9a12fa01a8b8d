import type { ComponentChildren } from 'preact'
import type { PaymentShown } from '../server/console/queries.ts'
import type { readRequest } from '../server/requests/queries.ts'
import { Amount, Code, Columns, LongCode, Day, Moment, Name, Said, Status, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

type RequestTold = Awaited<ReturnType<typeof readRequest>>['body']

/** The steps with who has signed and who is still to sign, and every decision that was taken. */
export function Steps({ request, reads, t }: { request: RequestTold; reads: boolean; t: Texts }) {
  const words = t.request
  return (
    <>
      {request.steps.length === 0 ? (
        <p class="calm">{words.noSteps}</p>
      ) : (
        <Table caption={words.stepsCaption}>
          <Columns names={[words.step, words.role, words.signed, words.stillToSign]} />
          <tbody>
            {request.steps.map((step) => (
              <StepRow step={step} request={request} t={t} />
            ))}
          </tbody>
        </Table>
      )}
      {request.decisions.length > 0 && <Decisions request={request} reads={reads} t={t} />}
    </>
  )
}

function StepRow({ step, request, t }: { step: RequestTold['steps'][number]; request: RequestTold; t: Texts }) {
  const signed = request.decisions.filter(
    (one) => one.countsAt === step.step && one.role === step.role && one.verdict === 'approve',
  )
  const isOpen = request.waitingFor.some((one) => one.step === step.step && one.role === step.role)
  const missing = step.quorum - signed.length
  return (
    <tr>
      <td>{step.step}</td>
      <th scope="row">
        {wordFor(t.roles, step.role)}{' '}
        {request.advance && <span class="quiet">({step.ratifies ? t.advance.ratifies : t.advance.letMove})</span>}{' '}
        {isOpen && <span class="status status-open">{t.request.nowOpen}</span>}
      </th>
      <td>
        {signed.length === 0
          ? t.none
          : signed.map(({ name }, i) => (
              <>
                {i > 0 && ', '}
                <Name>{name}</Name>
              </>
            ))}
      </td>
      <td>{missing > 0 ? missing : t.none}</td>
    </tr>
  )
}

function Decisions({ request, reads, t }: { request: RequestTold; reads: boolean; t: Texts }) {
  const words = t.request
  // When it was decided comes with each decision, though the list of the others' types does not say so.
  const decisions = request.decisions as (RequestTold['decisions'][number] & { decidedAt?: Date })[]
  return (
    <Table caption={words.decisionsCaption}>
      <Columns names={[words.when, words.who, words.role, words.verdict, t.act.decide.reason, words.round]} />
      <tbody>
        {decisions.map((one) => (
          <tr>
            <td>{one.decidedAt ? <Moment at={one.decidedAt} t={t} /> : t.none}</td>
            <th scope="row">
              <Name>{one.name}</Name>
              {one.onBehalfOfName !== null && (
                <div class="quiet">
                  <LinkIf may={reads} to={`/delegations/${one.delegationId}`}>
                    <Said text={t.delegations.onBehalfOf} name={<Name>{one.onBehalfOfName}</Name>} />
                  </LinkIf>
                </div>
              )}
            </th>
            <td>
              {wordFor(t.roles, one.role)}
              {one.breakGlassId !== null && (
                <div>
                  <LinkIf may={reads} to={`/break-glass/${one.breakGlassId}`}>
                    <span class="alarm">{t.breakGlass.mark}</span>
                  </LinkIf>
                </div>
              )}
            </td>
            <td>
              <span class={`verdict verdict-${one.verdict}`}>{wordFor(t.verdictsTaken, one.verdict)}</span>
              {one.verdict === 'approve' && (one.countsAt === null || one.round < request.round) && (
                <div class="quiet">{one.countsAt === null ? t.changes.countsNoMore : t.changes.stillCounts}</div>
              )}
            </td>
            <td class="wide">{one.reason === '' ? t.none : <Name>{one.reason}</Name>}</td>
            <td>{one.round}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

/** A link for who may follow it; to others the words alone. */
function LinkIf({ may, to, children }: { may: boolean; to: string; children: ComponentChildren }) {
  return may ? <a href={to}>{children}</a> : <>{children}</>
}

/** The payments with who certified and released them and what the statement says. */
export function Payments({ payments, t }: { payments: readonly PaymentShown[]; t: Texts }) {
  if (payments.length === 0) return <p class="calm">{t.request.noPayments}</p>
  const words = t.payment
  return (
    <Table caption={t.request.paymentsCaption}>
      <Columns
        names={[
          words.code,
          t.requests.amount,
          t.request.category,
          t.requests.status,
          words.memo,
          words.certifiedBy,
          words.releasedBy,
          words.settled,
        ]}
        figures={[t.requests.amount]}
      />
      <tbody>
        {payments.map((payment) => (
          <tr id={payment.id}>
            <th scope="row">
              <Code>{payment.code}</Code>
            </th>
            <td class="figure">
              <Amount of={payment.amount} />
              {payment.instructed.currency !== payment.amount.currency && (
                <div class="quiet">
                  {words.toBank} <Amount of={payment.instructed} />
                </div>
              )}
            </td>
            <td>{wordFor(t.categories, payment.category)}</td>
            <td>
              <Status of={payment.status} words={t.paymentStatuses} />
            </td>
            <td class="wide">{payment.memo === '' ? t.none : <Name>{payment.memo}</Name>}</td>
            <td>
              <Name>{payment.certifiedBy}</Name>
            </td>
            <td>
              <Releases of={payment} t={t} />
            </td>
            <td>
              <OnStatement payment={payment} t={t} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Releases({ of: { releases, status }, t }: { of: PaymentShown; t: Texts }) {
  const still = [t.payment.stillTwo, t.payment.stillOne][releases.length]
  return (
    <>
      {releases.map(({ name }) => (
        <div>
          <Name>{name}</Name>
        </div>
      ))}
      {status === 'certified' && still && <div class="quiet">{still}</div>}
    </>
  )
}

function OnStatement({ payment: { settlement, returned }, t }: { payment: PaymentShown; t: Texts }) {
  if (!settlement && !returned) return <>{t.none}</>
  return (
    <>
      {settlement && (
        <div>
          <Said
            text={t.payment.settledOn}
            day={<Day on={settlement.valueDate} t={t} />}
            reference={<LongCode of={settlement.reference} />}
          />
        </div>
      )}
      {returned && (
        <div>
          <Said
            text={t.payment.returnedOn}
            day={<Day on={returned.valueDate} t={t} />}
            reason={<Name>{returned.reason}</Name>}
          />
        </div>
      )}
    </>
  )
}
