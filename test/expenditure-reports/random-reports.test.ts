import fc from 'fast-check'
import { violations } from '../invariants/check.ts'
import { certify } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { correct, paidRequest, readReport, review, submitReport, begin, write } from './telling.ts'

const service = ownService()
const today = new Date().toISOString().slice(0, 10)

/** What people may try with a report, in any order; `pick` says of which line, and how much. */
const ACTS = ['write', 'submit', 'accept', 'query', 'ineligible', 'correct', 'pay', 'retry'] as const
const deed = fc.record({
  act: fc.constantFrom(...ACTS),
  pick: fc.nat({ max: 5 }),
  amounts: fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 4 }),
})

const amountOf = (cents: number) => `${Math.floor(cents / 100)}.${`${cents % 100}`.padStart(2, '0')}`

async function tell(
  fund: Fund,
  request: string,
  report: string,
  story: readonly { act: string; pick: number; amounts: number[] }[],
) {
  const { certifyingOfficer, fundManager } = fund.cast
  const answers: number[] = []
  let last = () => submitReport(fund, report)
  for (const { act, pick, amounts } of story) {
    const { lines, number } = await readReport(fund, report)
    const own = lines.filter((one: { number: number }) => one.number === number)
    const line = (own[pick % Math.max(own.length, 1)] ?? lines[0])?.id ?? `xln_${'0'.repeat(26)}`
    const by = pick % 2 ? certifyingOfficer! : fundManager!
    const said = amounts.map((cents, i) => ({
      amount: amountOf(cents),
      category: (pick + i) % 3 ? 'grants' : 'travel',
    }))
    const todo = {
      write: () => write(fund, report, said),
      submit: () => submitReport(fund, report),
      accept: async () => review(by, line),
      query: async () => review(by, line, 'query', 'Which?'),
      ineligible: async () => review(by, line, 'ineligible', 'Gifts'),
      correct: async () => correct(by, report, [line]),
      pay: async () => certify(fund, request, amountOf(amounts[0]!)),
      retry: last,
    }[act as (typeof ACTS)[number]]
    const answer = await todo()
    if (answer.status >= 500) throw new Error(`${act}: ${JSON.stringify(answer.body)}`)
    if (act !== 'retry') last = todo as typeof last
    answers.push(answer.status)
  }
  return answers
}

test('whatever is told, reviewed and taken back in whatever order, stages and invariants hold, and what is told is what the books say', async () => {
  const fund = await service.fund()
  await received(fund, '700.00')
  await received(fund, '333.33')
  await received(fund, '900.00')
  let done = 0
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 6, maxLength: 14 }), async (story) => {
      const { id } = await paidRequest(fund, today, { grants: '91.17', travel: '30.04' })
      const { body } = await begin(fund, id).expect(201)
      await write(fund, body.id, [{ amount: '40.01' }, { amount: '31.09' }, { amount: '30.04', category: 'travel' }])
      await submitReport(fund, body.id)
      const answers = await tell(fund, id, body.id, story)
      done += answers.filter((status) => status < 300).length
      expect(await violations(service.database().owner, fund.id)).toEqual([])
      expect(await differences(fund)).toEqual([])
    }),
    { numRuns: Number(process.env.STORIES ?? 8), endOnFailure: true },
  )
  expect(done).toBeGreaterThan(8)
}, 120_000)

/** Reviews against the books: reported and recoverable per request and contribution, advances, expense and support cost. */
async function differences(fund: Fund): Promise<unknown[]> {
  const { rows } = await service.database().owner.raw(
    `with reviewed as (
       select v.request_id, f.contribution_id, v.verdict, sum(f.amount) as amount
         from line_reviews v join review_funding f on f.review_id = v.id where v.fund_id = :fund group by 1, 2, 3),
     booked as (
       select a.request_id, a.contribution_id, case when a.stage = 'reported' then 'accept' else 'ineligible' end as verdict, sum(b.amount) as amount
         from accounts a join balances b on b.account_id = a.id
        where a.fund_id = :fund and (a.stage = 'reported' or a.address like '%:recoverable:%') group by 1, 2, 3)
     select 'stage' as what, r.request_id as of from reviewed r full join booked b using (request_id, contribution_id, verdict)
      where coalesce(r.amount, 0) <> coalesce(b.amount, 0)
     union all
     select 'line', v.id from line_reviews v where v.fund_id = :fund and v.verdict <> 'query'
        and v.functional <> (select sum(f.amount) from review_funding f where f.review_id = v.id)
     union all
     select 'advances', r.id from requests r where r.fund_id = :fund
        and coalesce((select sum(p.amount) from accounts a join postings p on p.account_id = a.id
                       where a.request_id = r.id and a.address like 'assets:advances:%'), 0)
         <> coalesce((select sum(p.amount) from payments p where p.request_id = r.id and p.category = 'grants' and p.status <> 'cancelled'), 0)
          - coalesce((select sum(v.functional) from line_reviews v join report_lines l on l.id = v.line_id
                       where v.request_id = r.id and l.category = 'grants'), 0)
     union all
     select 'over', r.id from requests r where r.fund_id = :fund and exists (
       select from line_reviews v join report_lines l on l.id = v.line_id where v.request_id = r.id group by l.category
       having sum(v.functional) > (select coalesce(sum(p.amount), 0) from payments p
                                    where p.request_id = r.id and p.category = l.category and p.status = 'settled'))`,
    { fund: fund.id },
  )
  return rows
}
