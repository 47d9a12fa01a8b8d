import { Amount, Code, Moment, Name, Said } from './parts.tsx'
import type { PlanTold } from './plan.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

type Told = { readonly plan: PlanTold; readonly t: Texts }

/** What has become of a plan, who decided on its money, and who wrote it, the latest first in each. */
export function PlanHistory({ plan, t }: Told) {
  const words = t.planning
  return (
    <section aria-labelledby="versions">
      <h2 id="versions">{words.versions}</h2>
      <ul>
        {plan.activations.map((one) => (
          <li>
            <Said
              text={words.became}
              name={<Name>{one.activatedBy}</Name>}
              request={
                <a href={`/requests/${one.requestId}`}>
                  <Code>{one.code}</Code>
                </a>
              }
              at={<Moment at={one.activatedAt} t={t} />}
              amount={<Amount of={one.amount} />}
            />
            {one.returned && (
              <>
                {' '}
                <Said text={words.cameBack} amount={<Amount of={one.returned} />} />
              </>
            )}
          </li>
        ))}
        {plan.ending && (
          <li>
            <Said
              text={words.ended}
              at={<Moment at={plan.ending.endedAt} t={t} />}
              reason={
                <Name>{plan.ending.kind === 'withdrawn' ? plan.ending.reason : words.statuses[plan.status]}</Name>
              }
            />
          </li>
        )}
        <Money plan={plan} t={t} />
        <Written plan={plan} t={t} />
      </ul>
    </section>
  )
}

function Money({ plan, t }: Told) {
  const words = t.planning
  return (
    <>
      {plan.releases.map((one) => (
        <li>
          <Said
            text={words.released}
            amount={<Amount of={one.amount} />}
            at={<Moment at={one.releasedAt} t={t} />}
            kind={wordFor(words.kinds, one.kind)}
          />
        </li>
      ))}
      {plan.setAsides.map((one) => (
        <li>
          <Said
            text={words.decidedBy}
            name={<Name>{one.decidedBy}</Name>}
            amount={<Amount of={one.amount} />}
            at={<Moment at={one.decidedAt} t={t} />}
          />
        </li>
      ))}
    </>
  )
}

function Written({ plan, t }: Told) {
  const words = t.planning
  return (
    <>
      {plan.reviews.map((one) => (
        <li>
          <Said
            text={words.reviewed}
            name={<Name>{one.reviewedBy}</Name>}
            at={<Moment at={one.reviewedAt} t={t} />}
            note={<Name>{one.note}</Name>}
          />
        </li>
      ))}
      {plan.versions.map((one) => (
        <li>
          <Said
            text={words.versionSaid}
            n={one.version}
            at={<Moment at={one.changedAt} t={t} />}
            name={<Name>{one.changedBy}</Name>}
            reason={<Name>{one.reason}</Name>}
          />
        </li>
      ))}
    </>
  )
}
