import type { Away, StandIn } from '../server/delegations/queries.ts'
import { Moment, Name, Said } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

/** Of those whom an open step waits for, who is away and who stands in. */
export function StandingInFor({
  away,
  standIns,
  t,
}: {
  away: readonly Away[]
  standIns: readonly StandIn[]
  t: Texts
}) {
  const words = t.delegations
  if (away.length === 0) return null
  return (
    <ul class="calm">
      {away.map(({ personId, name, until }) => {
        const named = [...new Set(standIns.filter((one) => one.personId === personId).map((one) => one.delegateName))]
        return (
          <li>
            <Said
              text={named.length > 0 ? words.standsIn : words.awayUntil}
              name={<Name>{name}</Name>}
              until={<Moment at={until} t={t} />}
              standIn={named.map((one, i) => (
                <>
                  {i > 0 && ', '}
                  <Name>{one}</Name>
                </>
              ))}
            />
          </li>
        )
      })}
    </ul>
  )
}
