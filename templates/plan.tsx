import type { readPlan } from '../server/plans/queries.ts'
import { Problem, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { ActivationForm, ReviewForm, SetAsideForm } from './plan-acts.tsx'
import { PlanHistory } from './plan-history.tsx'
import { Amount, Code, Columns, Day, Facts, Figure, Name, Said, Status, Table, wordsFor } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type PlanTold = Awaited<ReturnType<typeof readPlan>>['body']

export type PlanShown = {
  readonly plan: PlanTold
  readonly may: { readonly setAside: boolean; readonly activate: boolean; readonly write: boolean }
  /** Processes to choose from where the plan is for a place. */
  readonly processes: readonly { readonly value: string; readonly label: string }[]
  readonly done: string | undefined
  readonly refused:
    | { readonly form: string; readonly problem: FormProblem; readonly fields: Readonly<Record<string, string>> }
    | undefined
  readonly newKey: () => string
}

/** A contingency plan, and what the reader may do about it. */
export function planPage(frame: Omit<Frame, 'title'>, shown: PlanShown): string {
  const { t } = frame
  const words = t.planning
  const { plan, refused, done } = shown
  return page(
    { ...frame, title: plan.title },
    <>
      {refused && <Problem problem={refused.problem} t={t} form={refused.form} />}
      {done && (
        <p class="done" role="status">
          {done}
        </p>
      )}
      <h1>
        <Name>{plan.title}</Name>
      </h1>
      <p class="lead">
        <Code>{plan.code}</Code> <Status of={plan.status} words={words.statuses} />
        {plan.faults.length > 0 && <strong class="alarm">{wordsFor(words.faults, plan.faults, t)}</strong>}
      </p>
      <Facts
        of={[
          [words.cost, <Amount of={plan.cost} />],
          [words.setAside, <Amount of={plan.setAside} />],
          [words.missing, <Amount of={plan.missing} />],
          [words.expires, <Day on={plan.expiresOn} t={t} />],
          [words.review, <Day on={plan.reviewOn} t={t} />],
          [words.entity, <Name>{plan.entity.name}</Name>],
          [words.process, plan.process && <Name>{plan.process.name}</Name>],
          [words.place, <Name>{`${plan.country}, ${plan.region}`}</Name>],
          [words.phase, wordFor(words.phases, plan.phase)],
          [words.watchItem, plan.watchItem && <a href={`/watch-items/${plan.watchItem.id}`}>{plan.watchItem.place}</a>],
          [words.lane, words.lanes[plan.lane]],
          [words.duration, plan.durationDays],
          [words.mandateBasis, wordFor(t.mandateBases, plan.mandateBasis)],
          [words.support, wordsFor(t.supports, plan.support, t)],
          [words.themes, wordsFor(t.themes, plan.themes, t)],
          [words.whenActivated, words.whens[plan.whenActivated]],
        ]}
      />
      <h2>{words.scenario}</h2>
      <p class="written">
        <Name>{plan.scenario}</Name>
      </p>
      {shown.may.write && (
        <p>
          <a href={`/contingency-plans/${plan.id}/change`}>{words.changePlan}</a>
        </p>
      )}
      {shown.may.activate && <ActivationForm {...shown} t={t} />}
      {shown.may.setAside && <SetAsideForm {...shown} t={t} />}
      <Lines plan={plan} t={t} />
      <Payees plan={plan} t={t} />
      <Held plan={plan} t={t} />
      <PlanHistory plan={plan} t={t} />
      {shown.may.write && <ReviewForm {...shown} t={t} />}
    </>,
  )
}

type Told = { readonly plan: PlanTold; readonly t: Texts }

function Lines({ plan, t }: Told) {
  const words = t.planning
  return (
    <section aria-labelledby="lines">
      <h2 id="lines">{words.lines}</h2>
      <Table caption={<Said text={words.linesHint} currency={<bdi>{plan.currency}</bdi>} />}>
        <Columns names={[words.category, words.description, words.amount, words.used]} figures={[words.amount]} />
        <tbody>
          {plan.lines.map((line) => (
            <tr>
              <th scope="row">{wordFor(t.categories, line.category)}</th>
              <td>
                <Name>{line.description}</Name>
              </td>
              <td class="figure">
                <Figure of={line.amount.amount} />
              </td>
              <td>{line.requestId === null ? t.none : <a href={`/requests/${line.requestId}`}>{words.used}</a>}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={2}>
              {t.total}
            </th>
            <td class="figure">
              <Figure of={plan.cost.amount} />
            </td>
            <td />
          </tr>
        </tfoot>
      </Table>
      {plan.tranches.length > 0 && (
        <Table caption={words.tranches}>
          <Columns names={[words.afterDays, words.amount, words.condition]} figures={[words.afterDays, words.amount]} />
          <tbody>
            {plan.tranches.map((tranche) => (
              <tr>
                <td class="figure">{tranche.afterDays}</td>
                <td class="figure">
                  <Figure of={tranche.amount.amount} />
                </td>
                <td>
                  <Name>{tranche.condition}</Name>
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  )
}

function Payees({ plan, t }: Told) {
  const words = t.planning
  return (
    <section aria-labelledby="payees">
      <h2 id="payees">{words.payees}</h2>
      <ol>
        {plan.payees.map((payee) => (
          <li>
            <Name>{payee.name}</Name>,{' '}
            {payee.verified ? words.verified : <strong class="alarm">{words.unverified}</strong>}
          </li>
        ))}
      </ol>
    </section>
  )
}

function Held({ plan, t }: Told) {
  const words = t.planning
  return (
    <section aria-labelledby="money">
      <h2 id="money">{words.money}</h2>
      {plan.funding.length === 0 ? (
        <p class="calm">{words.noMoney}</p>
      ) : (
        <Table caption={<Said text={words.moneyCaption} currency={<bdi>{plan.currency}</bdi>} />}>
          <Columns names={[words.contribution, words.amount]} figures={[words.amount]} />
          <tbody>
            {plan.funding.map((part) => (
              <tr>
                <th scope="row">
                  <Code>{part.code}</Code>
                </th>
                <td class="figure">
                  <Figure of={part.amount.amount} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  )
}
