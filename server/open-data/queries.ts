import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { policyInForce } from '../funds/policies.ts'
import { boundsOf, WITHIN } from '../ledger/as-of.ts'
import { fromMinorUnits } from '../money.ts'
import type { Mission, Movement, Transaction } from './policy.ts'

/** Who publishes, and as what it is known to others. */
export type Publisher = { reference: string; name: string; kind: string; email: string | null }

export type Publication = {
  fund: { id: string; code: string; name: string; currency: string; openedOn: string }
  publisher: Publisher
  /** The last seal: what is published is what is under it, so that it can be made again. */
  position: { number: number; sealedAt: Date; day: string }
  incoming: Transaction[]
  missions: Mission[]
}

/**
 * What a fund publishes of itself: all that came and went, from the ledger up to its last seal. Refuses `not_found` for a fund that does
 * not publish (the rule `open_data`), and one of which nothing is sealed.
 */
export async function publicationOf(db: Db, code: string, on: string): Promise<Publication> {
  const fund = await row<Publication['fund']>(
    db,
    `select id, code, name, currency, opened_on as "openedOn" from funds where code = :code`,
    { code },
  )
  if (!fund) throw new Refusal('not_found')
  const { terms } = await policyInForce(db, { fundId: fund.id, subject: 'open_data', on })
  const { publisher } = terms
  if (!terms.publishes || !publisher?.reference || !publisher.name || !publisher.kind) throw new Refusal('not_found')
  const position = await row<Publication['position']>(
    db,
    `select number, sealed_at as "sealedAt", (sealed_at at time zone 'utc')::date::text as day
       from seals where fund_id = :fundId order by number desc limit 1`,
    { fundId: fund.id },
  )
  if (!position) throw new Refusal('not_found')
  return {
    fund,
    publisher: {
      reference: publisher.reference,
      name: publisher.name,
      kind: publisher.kind,
      email: publisher.email ?? null,
    },
    position,
    incoming: await incomingOf(db, fund, position),
    missions: await missionsOf(db, fund, position),
  }
}

type OfFund = { id: string; currency: string }
type At = { number: number; day: string }

const bindings = (fund: OfFund, { number, day }: At) => ({
  fundId: fund.id,
  ...boundsOf({ occurredOn: day, position: number }),
})

/** What donors promised by agreement (11) and paid (1), less what went back to them; of a correction, what it corrects. */
async function incomingOf(db: Db, fund: OfFund, at: At): Promise<Transaction[]> {
  type Row = Record<'entry' | 'on' | 'kind' | 'amount' | 'code' | 'donor', string> & {
    reference: string | null
    activity: string | null
  }
  const found = await rows<Row>(
    db,
    `select p.entry_id::text as entry, p.occurred_on as on, coalesce(t.kind, e.kind) as kind, c.code, d.name as donor,
            d.organisation_reference as reference, c.provider_activity as activity,
            sum(case when a.stage is null then p.functional else -p.functional end)::text as amount
       from accounts a
       join postings p on p.account_id = a.id
       join entries e on e.id = p.entry_id
       left join correction_entries t on t.entry_id = e.id
       join contributions c on c.id = a.contribution_id
       join donors d on d.id = c.donor_id
      where a.fund_id = :fundId and ${WITHIN}
        and (a.stage = 'authority' and coalesce(t.kind, e.kind) not in ('interest', 'reserve_replenished', 'reserve_released')
             or a.address like 'assets:receivable:%' and coalesce(t.kind, e.kind) in ('unconditional_agreement', 'conditional_agreement'))
      group by p.entry_id, p.occurred_on, coalesce(t.kind, e.kind), a.stage is null, c.code, d.name, d.organisation_reference, c.provider_activity
     having sum(p.functional) <> 0
      order by p.occurred_on, p.entry_id, a.stage is null`,
    bindings(fund, at),
  )
  return found.map((one): Transaction => {
    const promised = one.kind.endsWith('_agreement')
    return {
      reference: one.entry,
      type: promised ? '11' : '1',
      on: one.on,
      amount: fromMinorUnits(one.amount, fund.currency),
      description: `${INCOMING[one.kind] ?? 'Contribution'}: ${one.code}`,
      provider: { name: one.donor, reference: one.reference, activity: one.activity },
    }
  })
}

const INCOMING: Record<string, string> = {
  unconditional_agreement: 'Agreement signed',
  conditional_agreement: 'Agreement signed',
  condition_met: 'Contribution released by its condition',
  refund_decided: 'Returned to the donor',
}

/**
 * Every mission with what was promised to it (2) and paid for it: to others for them to spend (3), or by the fund itself (4). What is
 * under way for it is what its requests hold in the stages from committed on, so the totals are those of the stages.
 */
async function missionsOf(db: Db, fund: OfFund, at: At): Promise<Mission[]> {
  type Row = Record<
    'entry' | 'on' | 'type' | 'amount' | 'process' | 'receiverId' | 'receiver' | 'receiverKind',
    string
  > & {
    name: string | null
  } & Record<'country' | 'region' | 'phase' | 'startsOn', string> & { endedOn: string | null }
  const found = await rows<Row>(
    db,
    `with moved as materialized (
       select p.entry_id, p.occurred_on, a.request_id, e.source,
              sum(p.functional) as committed,
              coalesce(sum(p.functional) filter (where a.stage <> 'committed'), 0) as paid
         from accounts a
         join postings p on p.account_id = a.id
         join entries e on e.id = p.entry_id
        where a.fund_id = :fundId and a.request_id is not null and a.stage in ('committed', 'disbursed', 'reported') and ${WITHIN}
        group by p.entry_id, p.occurred_on, a.request_id, e.source)
     select m.entry_id::text as entry, m.occurred_on as on, x.type, x.amount::text as amount, o.process_id as process, o.name,
            s.country, o.region, s.phase, y.id as "receiverId", y.name as receiver, y.kind as "receiverKind",
            min(r.starts_on) over (partition by o.process_id) as "startsOn",
            case when bool_and(r.status in ('closed', 'cancelled', 'unwound')) over (partition by o.process_id)
                 then max(r.ends_on) over (partition by o.process_id) end as "endedOn"
       from moved m
       join requests r on r.id = m.request_id
       join payees y on y.id = r.payee_id
       cross join lateral mission_told(m.request_id, 'infinity', :position) o
       join processes s on s.id = o.process_id
       left join payments q on q.id = m.source
       cross join lateral (values ('2', m.committed),
                                  (case when coalesce(q.category = 'grants', y.kind = 'partner') then '3' else '4' end, m.paid)) x (type, amount)
      where x.amount <> 0
      order by o.process_id, m.occurred_on, m.entry_id, x.type`,
    bindings(fund, at),
  )
  return [...Map.groupBy(found, ({ process }) => process).values()].map((of): Mission => {
    const [first] = of as [Row]
    return {
      process: first.process,
      name: first.name,
      country: first.country,
      region: first.region,
      phase: first.phase,
      startsOn: first.startsOn ?? first.on,
      endedOn: first.endedOn,
      movements: of.map((one): Movement => ({
        entry: one.entry,
        on: one.on,
        type: one.type as Movement['type'],
        amount: fromMinorUnits(one.amount, fund.currency),
        process: one.process,
        receiver:
          one.receiverKind === 'person' ? null : { id: one.receiverId, name: one.receiver, kind: one.receiverKind },
      })),
    }
  })
}
