import request from 'supertest'
import { inDays } from '../../server/days.ts'
import { formsOf, signedIn, textOf } from '../console/browser.ts'
import { text, written, closingOf, type BankEntry, type BankStatement, type Form } from '../demo/bank-statement.ts'
import { approved, released, verifiedPayee } from '../support/asking.ts'
import { balances, received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'

const service = ownService()
const today = new Date().toISOString().slice(0, 10)
const usd = (amount: string) => ({ amount, currency: 'USD' })
const IBAN = 'DE89370400440532013000'
let fund: Fund
let payee: string

beforeAll(async () => {
  fund = await service.fund()
  await keptAt(fund.bank, { scheme: 'iban', account: 'DE89 3704 0044 0532 0130 00', bankCountry: 'DE' })
  await received(fund, '900000.00')
  payee = await verifiedPayee(fund)
  const { told } = await read(
    statement([{ amount: 90000000n, bookedOn: today, remittance: 'Recorded by hand before' }]),
  )
  const { items } = await reconciled()
  const { ledgerEntryId } = items.find(({ reason }: { reason: string }) => reason === 'no_statement')
  await match(told.entryList[0].id, [{ kind: 'booked_before', ledgerEntryId }]).expect(201)
})

/** Says where an account is kept, and with that by which number the bank calls it. */
const keptAt = (account: string, more: object) =>
  fund.cast
    .controller!.post(`/bank-accounts/${account}/details`, {
      ...{
        bic: 'COBADEFFXXX',
        bankName: 'Bank',
        holder: 'The fund',
        address: { town: 'Berlin', country: 'DE' },
        ...more,
      },
    })
    .expect(201)

let numbers = 0
let holds = 0n
const statement = (entries: BankEntry[], more: Partial<BankStatement> = {}): BankStatement => ({
  id: `ST-${(numbers += 1)}`,
  account: IBAN,
  currency: 'USD',
  from: today,
  to: today,
  opening: holds,
  entries,
  ...more,
})
const upload = (file: string | Buffer, by: Caller = fund.cast.reconciler!, to = fund.id, query = '') =>
  request(service.app())
    .post(`/api/v1/funds/${to}/bank-statements${query}`)
    .set({ authorization: `Bearer ${by.token}`, 'content-type': 'application/xml' })
    .send(file)
/** Read, and what the account holds from then on. */
async function read(one: BankStatement, form: Form = '08', by?: Caller) {
  const answer = await upload(written([one], form), by)
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  holds = closingOf(one)
  const told = await fund.cast.auditor!.get(`/bank-statements/${answer.body.statements[0].id}`).expect(200)
  return { answer: answer.body, told: told.body }
}
/** A payment on its way, with its end-to-end id. */
async function onItsWay(amount: string): Promise<{ id: string; code: string }> {
  const request = await approved(fund, amount, { payeeId: payee })
  const id = await released(fund, request.id, amount)
  return { id, code: (await fund.cast.auditor!.get(`/payments/${id}`).expect(200)).body.code }
}
const statusOf = async (payment: string) =>
  (await fund.cast.auditor!.get(`/payments/${payment}`).expect(200)).body.status
const reconciled = async (on = today) =>
  (await fund.cast.auditor!.get(`/bank-accounts/${fund.bank}/reconciliation?on=${on}`).expect(200)).body
const match = (entry: string, parts: object[], by = fund.cast.reconciler!) =>
  by.post(`/statement-entries/${entry}/matches`, { parts })

test('a debit with the end-to-end id of a payment and exactly its amount settles it, with the charge that the bank tells', async () => {
  const [one, other] = [await onItsWay('150.00'), await onItsWay('70.00')]
  const { answer, told } = await read(
    statement([
      { amount: -15250n, bookedOn: today, endToEndId: one.code, charge: 250n, counterparty: 'Centre for Dialogue' },
      { amount: -7000n, bookedOn: today, endToEndId: other.code },
    ]),
  )
  expect(answer.applied).toEqual({ certain: 2, waiting: 0, kinds: { payment: 2 } })
  expect([await statusOf(one.id), await statusOf(other.id)]).toEqual(['settled', 'settled'])
  expect(told.entryList.map((entry: { uses: { kind: string; certain: boolean }[] }) => entry.uses[0])).toEqual([
    expect.objectContaining({ kind: 'payment', certain: true, amount: usd('-152.50') }),
    expect.objectContaining({ kind: 'payment', certain: true, amount: usd('-70.00') }),
  ])
  expect(await reconciled()).toMatchObject({
    bank: usd(text(holds)),
    ledger: usd(text(holds)),
    difference: usd('0.00'),
  })
  expect(await balances(service, fund, 'assets:cash')).toEqual({ 'assets:cash:main': text(holds) })
})

test('what was read once changes nothing again: the same file, the same statement in another form, and overlapping days', async () => {
  const payment = await onItsWay('31.00')
  const twice = { amount: -500n, bookedOn: today, counterparty: 'Bank', code: 'ACMT/MDOP/CHRG' }
  const entries: BankEntry[] = [
    { amount: -3100n, bookedOn: today, endToEndId: payment.code, servicerReference: 'B-31' },
    twice,
    twice,
  ]
  const one = statement(entries)
  const first = await read(one)
  expect(first.answer.statements).toEqual([expect.objectContaining({ entries: 3, repeats: 0, fresh: 3, known: false })])
  const before = await balances(service, fund, '')

  const again = await upload(written([one])).expect(200)
  expect(again.body).toMatchObject({ readBefore: true, statements: [] })
  const spaced = await upload(written([one]).replace('<GrpHdr>', '\n <GrpHdr>')).expect(201)
  expect(spaced.body.statements).toEqual([expect.objectContaining({ known: true, fresh: 0 })])
  const older = await upload(written([{ ...one, id: 'W-1', entries }], '02')).expect(201)
  expect(older.body.statements).toEqual([expect.objectContaining({ known: false, repeats: 3, fresh: 0 })])
  const told = await fund.cast.auditor!.get(`/bank-statements/${older.body.statements[0].id}`).expect(200)
  expect(told.body.entryList.map((entry: { repeated: boolean }) => entry.repeated)).toEqual([true, true, true])
  expect(await balances(service, fund, '')).toEqual(before)
  expect((await reconciled()).bank).toEqual(usd(text(holds)))

  const other = await upload(written([{ ...one, entries: entries.slice(0, 2) }]))
  expect([other.status, other.body.code, other.body.why]).toEqual([409, 'statement_contradicted', 'same_statement'])
  for (const { id } of told.body.entryList.slice(1)) await match(id, [{ kind: 'charge' }]).expect(201)
})

test('a credit that names a settled payment brings it back; its reversal in the same statement leaves it as it was', async () => {
  const [back, kept] = [await onItsWay('40.00'), await onItsWay('41.00')]
  const sent: BankEntry[] = [back, kept].map(({ code }, i) => ({
    amount: BigInt(-4000 - 100 * i),
    bookedOn: today,
    endToEndId: code,
  }))
  await read(statement(sent))
  const { answer, told } = await read(
    statement([
      { amount: 3800n, charge: 200n, bookedOn: today, endToEndId: back.code, returnReason: 'AC04' },
      { amount: 4100n, bookedOn: today, endToEndId: kept.code, returnReason: 'AC01' },
      { amount: -4100n, bookedOn: today, endToEndId: kept.code, reversal: true },
    ]),
  )
  expect(answer.applied).toEqual({ certain: 3, waiting: 0, kinds: { return: 1, cancels: 2 } })
  expect([await statusOf(back.id), await statusOf(kept.id)]).toEqual(['returned', 'settled'])
  const payment = await fund.cast.auditor!.get(`/payments/${back.id}`).expect(200)
  expect(payment.body.returned).toMatchObject({ credited: usd('38.00'), reason: expect.stringContaining('AC04') })
  expect(told.entryList.map((entry: { uses: { kind: string }[] }) => entry.uses[0]!.kind)).toEqual([
    'return',
    'cancels',
    'cancels',
  ])
})

describe('what is not certain waits on the work list, and a person says what it is', () => {
  const list = async () =>
    (await fund.cast.reconciler!.get(`/funds/${fund.id}/statement-work-list?limit=500`).expect(200)).body
  const suggestions = async (entry: string) =>
    (await fund.cast.reconciler!.get(`/statement-entries/${entry}`).expect(200)).body.suggestions as {
      kind: string
      score: number
      fields: Record<string, string>
      reasons: { reason: string; points: number }[]
    }[]
  const waiting = async (...entries: BankEntry[]): Promise<string[]> => {
    const { told } = await read(statement(entries))
    return told.entryList.map((entry: { id: string }) => entry.id)
  }

  test('a wrong reference is found by amount and name, with the reasons of its score, and settles what it is confirmed to be', async () => {
    const payment = await onItsWay('88.00')
    const [entry] = await waiting({
      amount: -8800n,
      bookedOn: today,
      endToEndId: 'WRONG',
      counterparty: 'Centre for dialogue',
    })
    const [best] = await suggestions(entry!)
    expect(best).toMatchObject({ kind: 'payment', fields: { paymentId: payment.id } })
    expect(best!.score).toBe(best!.reasons.reduce((all, { points }) => all + points, 0))
    expect(best!.reasons.map(({ reason }) => reason)).toEqual(['name_told', 'amount_equal', 'date_near'])
    expect((await list()).items.map(({ id, age }: { id: string; age: number }) => [id, age])).toContainEqual([entry, 0])
    await match(entry!, [{ kind: 'payment', paymentId: payment.id }]).expect(201)
    expect(await statusOf(payment.id)).toBe('settled')
    expect((await list()).items.map(({ id }: { id: string }) => id)).not.toContain(entry)
  })

  test('a receipt is found by the code of the contribution; split over two, the rest is unidentified', async () => {
    const [one, two] = [await pledged('300.00'), await pledged('200.00')]
    const [entry] = await waiting({
      amount: 60000n,
      bookedOn: today,
      counterparty: one.donor,
      remittance: `Grant ${one.code} and others`,
    })
    const [best] = await suggestions(entry!)
    expect(best).toMatchObject({ kind: 'receipt', fields: { contributionId: one.id } })
    const parts = [
      { kind: 'receipt', contributionId: one.id, amount: usd('300.00') },
      { kind: 'receipt', contributionId: two.id, amount: usd('200.00') },
    ]
    const short = await match(entry!, parts)
    expect([short.status, short.body.code, short.body.amount]).toEqual([422, 'parts_differ', usd('600.00')])
    const done = await match(entry!, [...parts, { kind: 'unidentified', amount: usd('100.00') }]).expect(201)
    expect(done.body.uses.map(({ kind, amount }: { kind: string; amount: object }) => [kind, amount])).toEqual([
      ['receipt', usd('300.00')],
      ['receipt', usd('200.00')],
      ['unidentified', usd('100.00')],
    ])
    expect((await reconciled()).difference).toEqual(usd('0.00'))
  })

  test("a charge is the fund's own cost; a large one, and negative interest, wait for a second person, who may send them back to the list", async () => {
    const [small, large, interest] = await waiting(
      { amount: -1200n, bookedOn: today, code: 'ACMT/MDOP/CHRG' },
      { amount: -9000000n, bookedOn: today, code: 'ACMT/MDOP/CHRG' },
      { amount: 700n, bookedOn: today, code: 'ACMT/MCOP/INTR' },
    )
    expect((await suggestions(small!))[0]).toMatchObject({ kind: 'charge', score: 90 })
    expect((await suggestions(interest!))[0]).toMatchObject({ kind: 'interest', score: 90 })
    await match(small!, [{ kind: 'charge' }]).expect(201)
    await match(interest!, [{ kind: 'interest' }]).expect(201)
    const proposed = await match(large!, [{ kind: 'charge' }]).expect(201)
    const { proposalId } = proposed.body.uses[0]
    expect(await reconciled()).toMatchObject({
      difference: usd('-90000.00'),
      explained: usd('-90000.00'),
      items: [expect.objectContaining({ reason: 'proposed', entryId: large })],
    })
    await fund.cast
      .treasurer!.post(`/proposals/${proposalId}/decisions`, { verdict: 'reject', reason: 'Not ours' })
      .expect(201)
    expect((await reconciled()).items).toEqual([expect.objectContaining({ reason: 'waiting', entryId: large })])
    const [back] = await waiting({ amount: 9000000n, bookedOn: today, code: 'ACMT/MDOP/CHRG', reversal: true })
    expect((await suggestions(large!))[0]).toMatchObject({ kind: 'cancels', fields: { otherEntryId: back } })
    await match(large!, [{ kind: 'cancels', otherEntryId: back }]).expect(201)
    expect(await reconciled()).toMatchObject({ difference: usd('0.00'), items: [] })

    const [again] = await waiting({ amount: -8000000n, bookedOn: today, code: 'ACMT/MDOP/CHRG' })
    const second = await match(again!, [{ kind: 'charge' }]).expect(201)
    await fund.cast
      .treasurer!.post(`/proposals/${second.body.uses[0].proposalId}/decisions`, { verdict: 'approve' })
      .expect(201)
    expect(await reconciled()).toMatchObject({ difference: usd('0.00'), items: [] })
  })

  test('what was booked by hand is listed until its entry is tied to it, and is not booked again', async () => {
    const payment = await onItsWay('64.00')
    const hand = { valueDate: today, debited: usd('64.00'), charge: usd('1.00'), reference: 'BY-HAND' }
    await fund.cast.reconciler!.post(`/payments/${payment.id}/settlements`, hand).expect(201)
    const { items, difference } = await reconciled()
    expect([difference, items]).toEqual([
      usd('65.00'),
      [expect.objectContaining({ reason: 'no_statement', amount: usd('65.00') })],
    ])
    const before = await balances(service, fund, '')
    const [debit, charge] = await waiting(
      { amount: -6400n, bookedOn: today, endToEndId: payment.code },
      { amount: -100n, bookedOn: today, code: 'ACMT/MDOP/CHRG' },
    )
    for (const entry of [debit!, charge!])
      await match(entry, [{ kind: 'booked_before', ledgerEntryId: items[0].ledgerEntryId }]).expect(201)
    expect(await reconciled()).toMatchObject({ difference: usd('0.00'), items: [] })
    expect(await balances(service, fund, '')).toEqual(before)
    const [more] = await waiting({ amount: -100n, bookedOn: today, code: 'ACMT/MDOP/CHRG' })
    const none = await match(more!, [{ kind: 'booked_before', ledgerEntryId: items[0].ledgerEntryId }])
    expect([none.status, none.body.code]).toEqual([404, 'not_found'])
    await match(more!, [{ kind: 'charge' }]).expect(201)
  })

  test('whoever has another part in the request does not reconcile its payment: the entry waits for somebody else', async () => {
    const request = await approved(fund, '55.00', { payeeId: payee })
    const id = await released(fund, request.id, '55.00')
    const { code } = (await fund.cast.auditor!.get(`/payments/${id}`).expect(200)).body
    const both = await service.person('Both', fund.id, ['reconciler', 'treasurer'])
    await service
      .database()
      .owner('duties')
      .insert({ request_id: request.id, person_id: both.id, duty: 'certifier', person_kind: 'person' })
    const { answer, told } = await read(statement([{ amount: -5500n, bookedOn: today, endToEndId: code }]), '08', both)
    expect([answer.applied, told.entryList[0].refused]).toEqual([
      { certain: 0, waiting: 1, kinds: {} },
      'separation_of_duties',
    ])
    const own = await match(told.entryList[0].id, [{ kind: 'payment', paymentId: id }], both)
    expect([own.status, own.body.code]).toEqual([403, 'separation_of_duties'])
    await match(told.entryList[0].id, [{ kind: 'payment', paymentId: id }]).expect(201)
  })

  test('an entry cannot be what it cannot be, nor anything of another fund, and nothing is booked by trying', async () => {
    const [out, into] = await waiting({ amount: -777n, bookedOn: today }, { amount: 778n, bookedOn: today })
    const stranger = await service.fund()
    const before = await balances(service, fund, '')
    const refusals: [string, object, number, string][] = [
      [out!, { kind: 'unidentified' }, 422, 'match_does_not_fit'],
      [into!, { kind: 'payment', paymentId: 'pay_00000000000000000000000000' }, 422, 'match_does_not_fit'],
      [out!, { kind: 'cancels', otherEntryId: into }, 422, 'match_does_not_fit'],
      [out!, { kind: 'conversion', otherEntryId: into }, 422, 'match_does_not_fit'],
      [out!, { kind: 'cancels', otherEntryId: out }, 404, 'not_found'],
      [out!, { kind: 'payment', paymentId: 'pay_00000000000000000000000000' }, 404, 'not_found'],
      [into!, { kind: 'receipt', contributionId: 'ctr_00000000000000000000000000' }, 404, 'not_found'],
      [out!, { kind: 'charge', amount: { amount: '7.77', currency: 'EUR' } }, 422, 'currency_mismatch'],
      [out!, { kind: 'charge', amount: usd('7.777') }, 400, 'invalid_request'],
      [out!, { kind: 'charge', amount: usd('99999999999999999999') }, 400, 'invalid_request'],
    ]
    for (const [entry, part, status, code] of refusals) {
      const answer = await match(entry, [part])
      expect([part, answer.status, answer.body.code]).toEqual([part, status, code])
    }
    for (const by of [fund.cast.requester!, fund.cast.auditor!])
      expect((await match(out!, [{ kind: 'charge' }], by)).status).toBe(403)
    const elsewhere = await service.person('Elsewhere', stranger.id, ['reconciler'])
    expect((await match(out!, [{ kind: 'charge' }], elsewhere)).status).toBe(404)
    expect(await balances(service, fund, '')).toEqual(before)
    await match(out!, [{ kind: 'charge' }]).expect(201)
    await match(into!, [{ kind: 'unidentified' }]).expect(201)
  })

  test('ten people who say at once what an entry is book it once', async () => {
    const [entry] = await waiting({ amount: 5000n, bookedOn: today, remittance: 'Who knows' })
    const before = await balances(service, fund, 'liabilities:unapplied')
    const answers = await Promise.all(Array.from({ length: 10 }, () => match(entry!, [{ kind: 'unidentified' }])))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)])
    expect(new Set(answers.filter(({ status }) => status === 409).map(({ body }) => body.code))).toEqual(
      new Set(['entry_matched_already']),
    )
    const gained = (all: Record<string, string>) => Number(all['liabilities:unapplied:main'] ?? 0)
    expect(gained(await balances(service, fund, 'liabilities:unapplied'))).toBe(gained(before) - 50)
  })

  test('ten uploads of one file at once read it once', async () => {
    const payment = await onItsWay('12.00')
    const one = statement([{ amount: -1200n, bookedOn: today, endToEndId: payment.code }])
    const answers = await Promise.all(Array.from({ length: 10 }, () => upload(written([one]))))
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201])
    holds = closingOf(one)
    expect(await reconciled()).toMatchObject({ bank: usd(text(holds)), difference: usd('0.00') })
  })

  test('money that moves between two accounts is two entries of one conversion, which a second person confirms', async () => {
    const second = await service
      .admin()
      .post(`/funds/${fund.id}/bank-accounts`, { code: 'second', name: 'Second', currency: 'USD' })
      .expect(201)
    await keptAt(second.body.id, { scheme: 'account', account: '0123-456', bankCountry: 'KE' })
    const [out] = await waiting({ amount: -100000n, bookedOn: today, remittance: 'To second' })
    const there = statement([{ amount: 100000n, bookedOn: today, remittance: 'From main' }], {
      account: '0123456',
      opening: 0n,
    })
    const file = await upload(
      written([there], 'csv'),
      fund.cast.reconciler,
      fund.id,
      `?bankAccount=${second.body.id}`,
    ).expect(201)
    const { entryList } = (await fund.cast.auditor!.get(`/bank-statements/${file.body.statements[0].id}`).expect(200))
      .body
    expect((await suggestions(out!))[0]).toMatchObject({
      kind: 'conversion',
      fields: { otherEntryId: entryList[0].id },
    })
    const reconciler = await match(out!, [{ kind: 'conversion', otherEntryId: entryList[0].id }])
    expect([reconciler.status, reconciler.body.code]).toEqual([403, 'role_not_allowed'])
    const said = await match(
      out!,
      [{ kind: 'conversion', otherEntryId: entryList[0].id }],
      fund.cast.treasurer!,
    ).expect(201)
    const { proposalId } = said.body.uses[0]
    await fund.cast.bankSignatory!.post(`/proposals/${proposalId}/decisions`, { verdict: 'approve' }).expect(201)
    const { body } = await fund.cast.auditor!.get(`/funds/${fund.id}/bank-reconciliation`).expect(200)
    expect(body.accounts.map(({ difference }: { difference: object }) => difference)).toEqual([
      usd('0.00'),
      usd('0.00'),
    ])
  })
})

let pledges = 0
/** A contribution that is agreed and has not come. */
async function pledged(amount: string): Promise<{ id: string; code: string; donor: string }> {
  pledges += 1
  const { fundManager } = fund.cast
  const name = `Kingdom of Plenty ${pledges}`
  const donor = await fundManager!.post(`/funds/${fund.id}/donors`, { name, kind: 'Member State' }).expect(201)
  const code = `PLENTY-${pledges}`
  const terms = {
    donorId: donor.body.id,
    code,
    fiscalYear: 2026,
    pledgedOn: today,
    amount: usd(amount),
    earmark: { level: 'unearmarked' },
  }
  const made = await fundManager!.post(`/funds/${fund.id}/contributions`, terms).expect(201)
  const agreement = {
    conditional: false,
    amount: usd(amount),
    signedOn: today,
    supportCost: { rateBps: 0, base: 'deposit' },
  }
  await fundManager!.post(`/contributions/${made.body.id}/agreements`, agreement).expect(201)
  return { id: made.body.id, code, donor: name }
}

describe('a file that cannot be right is refused whole, and nothing changes', () => {
  const good = (more: Partial<BankStatement> = {}) =>
    statement([{ amount: 100n, bookedOn: today, remittance: 'Somebody' }], { id: 'R-1', ...more })
  const tomorrow = inDays(today, 1)
  const reconciler = () => fund.cast.reconciler!

  test.each<[string, () => Promise<request.Response>, number, string]>([
    [
      'by somebody of another fund',
      async () => upload(written([good()]), reconciler(), (await service.fund()).id),
      422,
      'statement_account_unknown',
    ],
    ['by who is no reconciler', async () => upload(written([good()]), fund.cast.treasurer!), 403, 'role_not_allowed'],
    ['that is no XML', async () => upload('<a>'), 422, 'unreadable_xml'],
    ['that is no statement', async () => upload('<a/>'), 422, 'statement_unreadable'],
    ['that is no CSV of ours', async () => upload('a,b\n1,2\n'), 422, 'unreadable_file'],
    [
      'that is JSON',
      async () => reconciler().post(`/funds/${fund.id}/bank-statements`, {}),
      422,
      'statement_unreadable',
    ],
    [
      'of an unknown account',
      async () => upload(written([good({ account: 'GB33BUKB20201555555555' })])),
      422,
      'statement_account_unknown',
    ],
    [
      'of another account than was said',
      async () => upload(written([good()]), reconciler(), fund.id, `?bankAccount=${other}`),
      422,
      'statement_of_another_account',
    ],
    ['in another currency', async () => upload(written([good({ currency: 'EUR' })])), 422, 'currency_mismatch'],
    [
      'that does not foot',
      async () => upload(written([good(), good({ id: 'R-2', closing: 1n })])),
      422,
      'statement_does_not_foot',
    ],
    ['of days to come', async () => upload(written([good({ to: tomorrow })])), 422, 'date_in_future'],
    [
      'that contradicts another',
      async () => upload(written([good({ id: 'ST-1', opening: 5n })])),
      409,
      'statement_contradicted',
    ],
  ])('%s', async (_what, call, status, code) => {
    const count = async () => (await service.database().owner('statement_entries').count('* as n'))[0]!.n
    const before = [await count(), await balances(service, fund, '')]
    const answer = await call()
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect([await count(), await balances(service, fund, '')]).toEqual(before)
  })

  let other: string
  beforeAll(async () => {
    const made = await service
      .admin()
      .post(`/funds/${fund.id}/bank-accounts`, { code: 'third', name: 'Third', currency: 'USD' })
    other = made.body.id
  })

  test('and the figures are told, to a person in their own words', async () => {
    const answer = await upload(written([good({ closing: 1n })]))
    const adds = text(holds + 100n)
    expect(answer.body.differences).toEqual([{ figure: 'closing', says: '0.01', adds }])
    const browser = await signedIn(service, reconciler())
    const at = `/funds/${fund.id}/statements`
    const sent = await browser.sendFile(await browser.open(at), at, {
      name: 'march.xml',
      bytes: written([good({ closing: 1n })]),
    })
    expect([sent.status, textOf(sent)]).toEqual([422, expect.stringContaining(`0.01 instead of ${adds}`)])
  })
})

test('a person reads a file, confirms a suggestion and sees that bank and ledger agree, in both languages', async () => {
  const browser = await signedIn(service, fund.cast.reconciler!)
  const at = `/funds/${fund.id}/statements`
  const one = statement([
    { amount: 77700n, bookedOn: today, counterparty: 'Unknown friend', remittance: '<script>alert(1)</script> منحة' },
    { amount: -300n, bookedOn: today, code: 'ACMT/MDOP/CHRG' },
  ])
  const sent = await browser.sendFile(await browser.open(at), at, { name: 'today.csv', bytes: written([one], 'csv') })
  holds = closingOf(one)
  expect(sent.status).toBe(303)
  expect(textOf(await browser.open(sent.headers.location!))).toContain('0 entries booked, 2 on the work list')
  const list = await browser.open(`${at}/work-list`)
  expect(list.text).not.toContain('<script>')
  expect(textOf(list)).toMatch(/90 Charge of the bank/)
  for (const action of formsOf(list).filter((action) => action.startsWith('/statement-entries/')))
    if (formsOf(await browser.open(`${at}/work-list`)).includes(action)) {
      const done = await browser.sendAndFollow(await browser.open(`${at}/work-list`), action)
      expect(textOf(done)).toContain('It is booked.')
    }
  const page = await browser.open(`/bank-accounts/${fund.bank}/reconciliation`)
  expect(textOf(page)).toContain('Bank and ledger agree.')
  expect(textOf(await browser.open(`/bank-accounts/${fund.bank}/reconciliation?language=ar`))).toContain(
    'البنك والدفاتر متطابقان.',
  )
  const { body } = await fund.cast.auditor!.get(`/funds/${fund.id}/bank-statements?limit=1`).expect(200)
  expect(textOf(await browser.open(`/statements/${body.items[0].id}?language=ar`))).toContain('مقبوض غير محدد')
})

test('what lies between two statements is said, and explains the difference to the cent on every day', async () => {
  const gone = await service.fund()
  await gone.cast
    .controller!.post(`/bank-accounts/${gone.bank}/details`, {
      ...{ scheme: 'account', account: 'GAP-0001', bic: 'COBADEFFXXX', bankName: 'Bank', bankCountry: 'KE' },
      ...{ holder: 'The fund', address: { town: 'Nairobi', country: 'KE' } },
    })
    .expect(201)
  const on = (days: number) => inDays(today, days)
  const of = (id: string, from: number, opening: bigint, amount: bigint) =>
    written([
      {
        id,
        account: 'GAP0001',
        currency: 'USD',
        from: on(from),
        to: on(from),
        opening,
        entries: [{ amount, bookedOn: on(from) }],
      },
    ])
  for (const file of [of('G-1', -9, 0n, 5_000n), of('G-3', -7, 5_900n, 100n)])
    expect((await upload(file, gone.cast.reconciler, gone.id)).body).toMatchObject({ readBefore: false })
  const { body } = await gone.cast.auditor!.get(`/funds/${gone.id}/bank-statements`).expect(200)
  expect(body.items.map(({ gap }: { gap: object | null }) => gap)).toEqual([usd('9.00'), null])
  const day = async (days: number) =>
    (await gone.cast.auditor!.get(`/bank-accounts/${gone.bank}/reconciliation?on=${on(days)}`).expect(200)).body
  const told = await day(-7)
  expect([told.bank, told.difference, told.explained]).toEqual([usd('60.00'), usd('60.00'), usd('60.00')])
  expect(told.items.map(({ reason }: { reason: string }) => reason)).toEqual([
    'missing_statement',
    'waiting',
    'waiting',
  ])
  expect([(await day(-10)).bank, (await day(-8)).bank]).toEqual([null, usd('50.00')])

  await upload(of('G-2', -8, 5_000n, 900n), gone.cast.reconciler, gone.id).expect(201)
  const whole = await day(-7)
  expect([whole.explained, whole.items.length]).toEqual([usd('60.00'), 3])
  const days = await gone.cast
    .auditor!.get(`/funds/${gone.id}/bank-accounts/${gone.bank}/days?from=${on(-10)}&to=${on(-7)}`)
    .expect(200)
  expect(days.body.items.map(({ bank }: { bank: { amount: string } | null }) => bank?.amount ?? null)).toEqual([
    '60.00',
    '59.00',
    '50.00',
    null,
  ])
})
