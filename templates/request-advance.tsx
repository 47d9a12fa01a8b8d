import type { AdvanceTold } from '../server/no-regret/queries.ts'
import { Amount, Facts, Moment, Name, Said } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

/** How an advance stands: who let the money move, until when it must be ratified, and what its process has left under the ceiling. */
export function Advance({ of, t }: { of: AdvanceTold; t: Texts }) {
  const words = t.advance
  const moment = (at: string | null) => at && <Moment at={at} t={t} />
  const said = of.isOverdue ? words.says.overdue : words.says[of.status]
  return (
    <section class="advance" aria-labelledby="advance">
      <h2 id="advance">{words.title}</h2>
      <p {...(of.status === 'active' || of.status === 'unwound' ? { class: 'alarm' } : {})}>
        <Said
          text={said}
          hours={of.ratificationHours}
          by={<Name>{of.activatedBy}</Name>}
          at={moment(of.endedAt ?? of.activatedAt)}
          until={moment(of.ratifyBy)}
        />{' '}
        {of.cause && <Said text={words.causes[of.cause]} reason={<Name>{of.reason}</Name>} />}
      </p>
      {of.ceiling && (
        <Facts
          of={[
            [words.ceiling, <Amount of={of.ceiling.ceiling} />],
            [words.open, <Amount of={of.ceiling.open} />],
            [words.left, <Amount of={of.ceiling.left} />],
          ]}
        />
      )}
    </section>
  )
}
