import type { PlanListed } from '../server/plans/queries.ts'
import type { EarmarkedTold } from '../server/readiness/queries.ts'
import type { Readiness } from '../server/readiness/policy.ts'
import type { WatchItemTold } from '../server/watch/queries.ts'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Day, Figure, Name, Said, Status, Table, wordsFor } from './parts.tsx'
import type { Texts } from './texts/texts.ts'
import { PlansMade } from './watch-item.tsx'

export type PlanningShown = {
  readonly fund: { readonly id: string; readonly currency: string }
  /** Undefined for who does not read the fund whole. */
  readonly readiness: readonly Readiness<PlanListed, WatchItemTold, EarmarkedTold>[] | undefined
  readonly watched: readonly WatchItemTold[]
  readonly plans: readonly PlanListed[]
  readonly next: string | null
  readonly may: { readonly watch: boolean; readonly plan: boolean }
}

/** What may come, what is planned for it, and how ready the fund is, region by region. */
export function planningPage(frame: Omit<Frame, 'title'>, shown: PlanningShown): string {
  const { t } = frame
  const words = t.planning
  const { fund, may, readiness } = shown
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      <p class="actions">
        {may.plan && (
          <a class="button" href={`/funds/${fund.id}/contingency-plans/new`}>
            {words.newPlan}
          </a>
        )}{' '}
        {may.watch && (
          <a class="button" href={`/funds/${fund.id}/watch-items/new`}>
            {words.newItem}
          </a>
        )}{' '}
        {readiness && <a href={`/funds/${fund.id}/forecast`}>{words.toForecast}</a>}
      </p>
      {readiness && <ReadinessTable readiness={readiness} currency={fund.currency} t={t} />}
      <Watch {...shown} t={t} />
      <Plans {...shown} t={t} />
    </>,
  )
}

function ReadinessTable({
  readiness,
  currency,
  t,
}: {
  readiness: NonNullable<PlanningShown['readiness']>
  currency: string
  t: Texts
}) {
  const words = t.planning
  const figures = [
    words.watched,
    words.plans,
    words.planned,
    words.setAside,
    words.missing,
    words.outOfDate,
    words.given,
  ]
  return (
    <section aria-labelledby="readiness">
      <h2 id="readiness">{words.readiness}</h2>
      {readiness.map((one) => (
        <>
          {one.unplanned && (
            <p class="alarm" role="note">
              <Said
                text={words.unplanned}
                amount={<Amount of={one.earmarkedTotal} />}
                region={<Name>{one.region}</Name>}
              />
            </p>
          )}
          {one.watchedOnly && !one.unplanned && (
            <p class="alarm" role="note">
              <Said text={words.watchedOnly} region={<Name>{one.region}</Name>} />
            </p>
          )}
        </>
      ))}
      {readiness.length === 0 ? (
        <p class="calm">{words.nothing}</p>
      ) : (
        <Table caption={<Said text={words.readinessCaption} currency={<bdi>{currency}</bdi>} />}>
          <Columns names={[words.region, ...figures]} figures={figures} />
          <tbody>
            {readiness.map((one) => (
              <tr>
                <th scope="row">
                  <Name>{one.region}</Name>
                </th>
                <td class="figure">{one.watched.length}</td>
                <td class="figure">{one.plans.length}</td>
                {[one.planned, one.setAside, one.missing].map(({ amount }) => (
                  <td class="figure">
                    <Figure of={amount} />
                  </td>
                ))}
                <td class="figure">{one.outOfDate + one.dueForReview}</td>
                <td class="figure">
                  <Figure of={one.earmarkedTotal.amount} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  )
}

function Watch({ watched, t }: PlanningShown & { readonly t: Texts }) {
  const words = t.planning
  if (watched.length === 0) return null
  return (
    <section aria-labelledby="watch">
      <h2 id="watch">{words.watch}</h2>
      <Table caption={words.watchCaption}>
        <Columns
          names={[words.place, words.severity, words.phase, words.signal, words.owner, words.review, words.plans]}
        />
        <tbody>
          {watched.map((item) => (
            <tr>
              <th scope="row">
                <a href={`/watch-items/${item.id}`}>
                  <Name>{item.country}</Name>
                </a>{' '}
                <span class="meaning">
                  <Name>{item.region}</Name>
                </span>
              </th>
              <td>
                <Status of={item.severity} words={words.severities} />
              </td>
              <td>{words.phases[item.phase]}</td>
              <td class="wide">
                <Name>{item.signal}</Name>
              </td>
              <td>
                <Name>{item.owner.name}</Name>
              </td>
              <td>
                <Day on={item.reviewOn} t={t} /> {item.dueForReview && <strong class="alarm">{words.reviewDue}</strong>}
              </td>
              <td>
                <PlansMade of={item.plans} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  )
}

function Plans({ plans, fund, next, t }: PlanningShown & { readonly t: Texts }) {
  const words = t.planning
  const figures = [words.cost, words.setAside, words.missing]
  return (
    <section aria-labelledby="plans">
      <h2 id="plans">{words.plans}</h2>
      {plans.length === 0 ? (
        <p class="calm">{words.noPlans}</p>
      ) : (
        <Table caption={<Said text={words.plansCaption} currency={<bdi>{fund.currency}</bdi>} />}>
          <Columns
            names={[
              words.code,
              words.planTitle,
              words.region,
              words.status,
              ...figures,
              words.expires,
              words.faultsTitle,
            ]}
            figures={figures}
          />
          <tbody>
            {plans.map((plan) => (
              <tr>
                <th scope="row">
                  <a href={`/contingency-plans/${plan.id}`}>
                    <Code>{plan.code}</Code>
                  </a>
                </th>
                <td>
                  <Name>{plan.title}</Name>
                </td>
                <td>
                  <Name>{plan.region}</Name>
                </td>
                <td>
                  <Status of={plan.status} words={words.statuses} />
                </td>
                {[plan.cost, plan.setAside, plan.missing].map(({ amount }) => (
                  <td class="figure">
                    <Figure of={amount} />
                  </td>
                ))}
                <td>
                  <Day on={plan.expiresOn} t={t} />
                </td>
                <td>{plan.faults.length === 0 ? t.none : <strong>{wordsFor(words.faults, plan.faults, t)}</strong>}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {next && (
        <p class="pages">
          <a rel="next" href={next}>
            {t.next}
          </a>
        </p>
      )}
    </section>
  )
}
