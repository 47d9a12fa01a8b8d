import fc from 'fast-check'
import { unwindOverdue } from '../../server/no-regret/overdue.ts'
import { violations } from '../invariants/check.ts'
import { certify, decide, submit } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { hurried, movableClock, recover, settle, verifiedPayee } from './telling.ts'

const time = movableClock()
const service = ownService({ clock: time.clock })
const today = () => time.now().toISOString().slice(0, 10)

const ACTS = [
  'ask',
  'approve',
  'reject',
  'certify',
  'release',
  'settle',
  'return',
  'pass',
  'unwind',
  'recover',
] as const
type Choice = { act: (typeof ACTS)[number]; who: number; pick: number; size: number }
const PATH: Choice['act'][] = ['ask', 'approve', 'approve', 'approve', 'certify', 'release', 'release', 'settle']
const choice: fc.Arbitrary<Choice> = fc.noBias(
  fc.record({
    act: fc.constantFrom(...ACTS, ...PATH, ...PATH),
    who: fc.nat({ max: 100 }),
    pick: fc.nat({ max: 100 }),
    size: fc.nat({ max: 100 }),
  }),
)

type Told = {
  fund: Fund
  payeeId: string
  people: Caller[]
  requests: string[]
  payments: string[]
  done: Map<string, number>
}

/** Anybody tries anything: the answers may be refusals, never faults. */
async function attempt(told: Told, { act, who, pick, size }: Choice): Promise<void> {
  const { fund, people, requests, payments, done } = told
  const by = people[who % people.length]!
  const last = <T>(list: T[]) => list[list.length - 1 - (pick % Math.min(list.length || 1, 3))]
  const [request, payment] = [last(requests), last(payments)]
  const amount = `${100 + size * 60}.00`
  const call = async () => {
    switch (act) {
      case 'ask': {
        const made = await hurried(fund, amount, { payeeId: told.payeeId })
        requests.push(made.id)
        return submit(fund, made)
      }
      case 'approve':
        return request && decide(by, request)
      case 'reject':
        return request && decide(by, request, 'reject', 'No')
      case 'certify':
        return request && certify(fund, request, `${50 + size * 20}.00`, 'grants', by)
      case 'release':
        return payment && by.post(`/payments/${payment}/releases`)
      case 'settle': {
        const told = payment && (await fund.cast.auditor!.get(`/payments/${payment}`)).body
        return payment && settle(fund, payment, told.amount.amount, today(), by)
      }
      case 'return':
        return (
          payment &&
          by.post(`/payments/${payment}/returns`, { valueDate: today(), reason: 'No', reference: `B${pick}` })
        )
      case 'recover':
        return request && recover(fund, request, `${10 + size}.00`, today(), by)
      case 'pass':
        time.passHours(size / 4)
        return undefined
      case 'unwind':
        await unwindOverdue(service.database().service, time.now())
        return undefined
    }
  }
  const answer = await call()
  if (!answer) return
  if (answer.status >= 500) throw new Error(`${act}: ${JSON.stringify(answer.body)}`)
  if (answer.status === 201) done.set(act, (done.get(act) ?? 0) + 1)
  if (act === 'certify' && answer.status === 201) payments.push(answer.body.id)
}

const seen = new Map<string, number>()

test('whatever people try with advances in whatever order, ceiling, separation of duties and the books hold after each act', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(choice, { minLength: 25, maxLength: 40 }), async (choices) => {
      time.set(Date.now())
      const fund = await service.fund()
      await received(fund, '60000.00')
      const { certifyingOfficer, fundManager, fundManager2, treasurer, bankSignatory, reconciler, requester } =
        fund.cast
      const people = [certifyingOfficer, fundManager, fundManager2, treasurer, bankSignatory, reconciler, requester]
      const both = await service.person('Several', fund.id, [
        'fund_manager',
        'certifying_officer',
        'treasurer',
        'reconciler',
      ])
      const told: Told = {
        ...{ fund, payeeId: await verifiedPayee(fund), people: [...(people as Caller[]), both] },
        ...{ requests: [], payments: [], done: seen },
      }
      for (const one of choices) {
        await attempt(told, one)
        await sound(fund)
      }
      await Promise.all(choices.slice(0, 8).map((one) => attempt(told, one)))
      await sound(fund)
    }),
    { numRuns: Number(process.env.STORIES ?? 5), endOnFailure: true },
  )
  for (const act of ['ask', 'approve', 'certify']) expect([...seen.keys()]).toContain(act)
}, 300_000)

/** What must be true of a fund whatever has happened in it. */
async function sound(fund: Fund): Promise<void> {
  const { owner } = service.database()
  expect(await violations(owner, fund.id)).toEqual([])
  const wrong = await owner.raw(
    `select 'ceiling' as rule, process_id as id from open_advances where fund_id = :fund group by process_id having sum(amount) > 2000000
     union all
     select 'two duties', p.id from payments p
      cross join lateral (select count(*) as parts, count(distinct person) as people from (
        select distinct person, duty from (
          select s.submitted_by as person, 'requester' as duty from submissions s where s.request_id = p.request_id
          union all select d.decided_by, d.duty from decisions d where d.request_id = p.request_id
          union all select p.certified_by, 'certifier'
          union all select l.released_by, 'releaser' from releases l where l.payment_id = p.id
          union all select t.settled_by, 'reconciler' from settlements t where t.payment_id = p.id) parts) x) n
      where p.fund_id = :fund and n.parts > n.people
     union all
     select 'paid without its signatures', p.id from payments p
      where p.fund_id = :fund and p.status in ('released', 'settled')
        and (not exists (select from advance_activations a where a.request_id = p.request_id)
             or (select count(distinct released_by) from releases l where l.payment_id = p.id) < 2)
     union all
     select 'unwound and not', r.id from requests r
      where r.fund_id = :fund and r.status = 'unwound'
        and (exists (select from payments p where p.request_id = r.id and p.status in ('certified', 'returned'))
             or exists (select from payments p where p.request_id = r.id and (p.status = 'settled')
                           <> exists (select from recoverables d where d.payment_id = p.id))
             or exists (select from accounts a join balances b on b.account_id = a.id
                         where a.request_id = r.id and a.stage in ('reserved', 'committed') and b.amount <> 0))`,
    { fund: fund.id },
  )
  expect(wrong.rows).toEqual([])
}
