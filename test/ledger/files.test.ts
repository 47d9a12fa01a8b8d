import { ownService, type Fund } from '../support/service.ts'
import { agreed, charged, contribution, csvRows, postTo, received, request, reserved } from './books.ts'

const service = ownService()
let fund: Fund

beforeAll(async () => {
  fund = await service.fund()
  const of = contribution('NOR-1')
  await postTo(service, fund.id, [
    agreed(of, '1000.00', '2024-01-10'),
    received(of, '600.00', '2024-02-01', '=HYPERLINK("http://example.org")'),
    charged('1.25', '2024-02-02', 'Gebühr, "extra"\nsecond line'),
  ])
  await postTo(service, fund.id, [reserved(of, request('R-1'), '200.00', '2024-02-20')], fund.cast.treasurer!.id)
})

type Row = Record<string, unknown>
const amount = (of: unknown) => (of as { amount: string } | null)?.amount ?? ''
const text = (of: unknown) => (of === null ? '' : String(of)).replace(/^[=+\-@]/, "'$&")

const FILES: [path: string, heading: string, lines: (body: { items: Row[]; accounts: Row[] }) => string[][]][] = [
  [
    'accounts',
    'address,currency,book,contribution_id,request_id,opened_at,balance,functional,functional_currency',
    ({ items }) =>
      items.map((one) => [
        ...[one.address, one.currency, one.book, one.contributionId, one.requestId, one.openedAt].map(text),
        ...[amount(one.balance), amount(one.functional), 'USD'],
      ]),
  ],
  [
    'trial-balance',
    'address,currency,book,debit,credit,functional_debit,functional_credit',
    ({ accounts }) =>
      accounts.map((one) => [
        ...[one.address, one.currency, one.book].map(text),
        ...[one.debit, one.credit, one.functionalDebit, one.functionalCredit].map(amount),
      ]),
  ],
  [
    'conservation',
    'contribution,contribution_id,authority,support,available,ready,reserved,committed,disbursed,reported,sum_of_stages,agrees',
    ({ items }) =>
      items.map((one) => [
        ...[one.code, one.contributionId].map(text),
        ...[one.authority, ...Object.values(one.stages as Row), one.sumOfStages].map(amount),
        `${one.agrees as boolean}`,
      ]),
  ],
  [
    'entries',
    'entry,line,occurred_on,recorded_at,kind,source,memo,reverses,act_id,person_id,person,address,currency,amount,functional_currency,functional',
    ({ items }) =>
      items.flatMap((one) =>
        (one.postings as Row[]).map((posting) => [
          ...[
            one.id,
            posting.line,
            one.occurredOn,
            one.recordedAt,
            one.kind,
            one.source,
            one.memo,
            one.reverses,
            one.actId,
          ].map(text),
          ...[(one.person as Row | null)?.id ?? null, (one.person as Row | null)?.name ?? null, posting.address].map(
            text,
          ),
          ...['USD', amount(posting.amount), 'USD', amount(posting.functional)],
        ]),
      ),
  ],
]

test.each(FILES)('the file of %s says what the JSON says, line by line', async (path, heading, lines) => {
  const at = `/funds/${fund.id}/ledger/${path}?limit=500`
  const whole = path === 'trial-balance' ? at.replace('?limit=500', '?') : at
  const json = await fund.cast.auditor!.get(whole).expect(200)
  const csv = await fund.cast.auditor!.get(`${whole}&format=csv`).expect(200)
  expect(csv.text.replace('\uFEFF', '').split('\r\n')[0]).toBe(heading)
  const expected = lines(json.body)
  expect(expected.length).toBeGreaterThan(0)
  expect(csvRows(csv.text)).toEqual(expected)
})

test('a file as of an earlier day is the JSON as of that day', async () => {
  const at = `/funds/${fund.id}/ledger/trial-balance?occurredOn=2024-02-01`
  const [json, csv] = [await fund.cast.auditor!.get(at), await fund.cast.auditor!.get(`${at}&format=csv`)]
  expect(csvRows(csv.text).map(([address]) => address)).toEqual(
    json.body.accounts.map((one: { address: string }) => one.address),
  )
  expect(csv.text).not.toContain('bank-charges')
})

test('a refusal of a file is a refusal, not the beginning of one', async () => {
  const refused = await fund.cast.requester!.get(`/funds/${fund.id}/ledger/entries?format=csv`)
  expect([refused.status, refused.body.code]).toEqual([403, 'role_not_allowed'])
})
