import type { Response } from 'supertest'
import { CORRECTABLE } from '../../server/corrections/policy.ts'
import { draft } from '../support/asking.ts'
import type { Caller } from '../support/service.ts'
import { AHEAD, callAhead } from './ahead.ts'
import type { Call, Story } from './told.ts'

/** One thing that somebody may try, chosen at random: `pick` and `size` say on what and how much. */
export type Choice = { act: ActName; pick: number; size: number }

export const ACTS = [
  'pledge',
  'agree',
  'agreeConditionally',
  'meetCondition',
  'receive',
  'receiveWithCharge',
  'receiveUnidentified',
  'apply',
  'cancelPledge',
  'writeOff',
  'refund',
  'payRefund',
  'draftAndSubmit',
  'resubmit',
  'approve',
  'rejectOrReturn',
  'withdraw',
  'certify',
  'release',
  'settle',
  'giveBack',
  'cancelPayment',
  'reduce',
  'impair',
  'reverseImpairment',
  'convert',
  'earn',
  'moveReserve',
  'decideProposal',
  'correct',
  ...AHEAD,
] as const
export type ActName = (typeof ACTS)[number]

/** What a unit of each currency is in USD, near enough to make plausible bank values. */
const WORTH: Record<string, number> = { USD: 1, EUR: 1.1, JPY: 0.0068, KWD: 3.2 }
const DECIMALS: Record<string, number> = { USD: 2, EUR: 2, JPY: 0, KWD: 3 }

/**
 * Tries one act through the API, twice with one Idempotency-Key: the second answer must be the first again. Refusals are as good as
 * deeds here; an answer of 500 is not.
 */
export async function attempt(story: Story, { act, pick, size }: Choice): Promise<void> {
  const call = await callFor(story, act, pick, size)
  if (!call) return
  story.keys += 1
  const key = `${story.fund.id}-${story.keys}`
  const first = await send(call, key)
  const again = await send(call, key)
  story.told.push({ status: first.status, code: first.status < 300 ? 'done' : first.body.code, act })
  if (first.status >= 500) throw new Error(`${act}: ${JSON.stringify(first.body)}`)
  if (first.status !== 400) expect([again.status, again.body]).toEqual([first.status, first.body])
  if (first.status < 300) remember(story, act, first, call)
}

function send({ by, path, body, method = 'post', headers = {} }: Call, key: string) {
  return by[method](path, body).set({ ...headers, 'idempotency-key': key })
}

async function callFor(story: Story, act: ActName, pick: number, size: number): Promise<Call | undefined> {
  const { fund, today } = story
  const {
    fundManager,
    treasurer,
    controller,
    director,
    headOfDepartment,
    bankSignatory,
    requester,
    certifyingOfficer,
    reconciler,
  } = fund.cast as Record<string, Caller>
  const one = <T>(list: T[]): T | undefined => list[list.length - 1 - (pick % Math.max(1, Math.min(list.length, 4)))]
  const ctr = one(story.contributions)
  const req = one(story.requests)
  const pay = one(story.payments)
  const of = (id: string | undefined, path: string) => (id ? path.replace('*', id) : undefined)
  const units = 100 + size * 37
  const money = (currency: string, count = units) => ({ amount: decimal(count, DECIMALS[currency]!), currency })
  const usd = (count = units) => money('USD', count)
  const make = (
    by: Caller | undefined,
    path: string | undefined,
    body: object,
    more: Partial<Call> = {},
  ): Call | undefined => (by && path ? { by, path, body, ...more } : undefined)

  switch (act) {
    case 'pledge': {
      const currency = ['USD', 'USD', 'EUR', 'JPY', 'KWD'][pick % 5]!
      const earmark = [
        { level: 'unearmarked' },
        { level: 'softly', regions: ['Central Africa'] },
        { level: 'tightly', themes: ['gender_and_inclusion'] },
      ][size % 3]
      const body = {
        donorId: story.donorId,
        fiscalYear: 2026,
        pledgedOn: today,
        amount: money(currency, units * 20),
        earmark,
      }
      return make(fundManager, `/funds/${fund.id}/contributions`, body, { note: { currency, amount: units * 20 } })
    }
    case 'agree':
    case 'agreeConditionally': {
      const conditional = act === 'agreeConditionally'
      const supportCost = { rateBps: [0, 700, 1300][size % 3], base: 'deposit' }
      const body = {
        conditional,
        ...(conditional ? { condition: 'A ceasefire holds' } : {}),
        amount: money(ctr?.currency ?? 'USD', units * 18),
        signedOn: today,
        supportCost,
        ...(size % 2 ? { interest: 'contribution' } : {}),
      }
      return make(fundManager, of(ctr?.id, '/contributions/*/agreements'), body, { note: { amount: units * 18 } })
    }
    case 'meetCondition':
      return make(fundManager, of(ctr?.id, '/contributions/*/fulfilments'), { metOn: today, evidence: 'Report' })
    case 'receive':
    case 'receiveWithCharge': {
      const currency = ctr?.currency ?? 'USD'
      const sentUnits = Math.max(1, Math.floor(((ctr?.agreed ?? units) * ((size % 120) + 1)) / 100))
      const worth = Math.max(
        200,
        Math.floor((sentUnits / 10 ** DECIMALS[currency]!) * WORTH[currency]! * (0.95 + (pick % 11) / 100) * 100),
      )
      const charge = act === 'receiveWithCharge' ? 50 + (size % 40) : 0
      const booked = currency === 'USD' ? sentUnits - charge : worth - charge
      const body = {
        receivedOn: today,
        bankAccountId: fund.bank,
        sent: money(currency, sentUnits),
        bankValue: usd(Math.max(1, booked)),
        bankCharge: usd(charge),
        reference: `R${story.keys}`,
      }
      return make(treasurer, of(ctr?.id, '/contributions/*/receipts'), body)
    }
    case 'receiveUnidentified':
      return make(treasurer, `/funds/${fund.id}/receipts`, {
        receivedOn: today,
        bankAccountId: fund.bank,
        sent: usd(),
        bankValue: usd(),
        reference: `U${story.keys}`,
      })
    case 'apply':
      return make(treasurer, of(one(story.receipts), '/receipts/*/applications'), {
        contributionId: ctr?.id ?? 'none',
        ...(size % 2 ? { amount: money(ctr?.currency ?? 'USD', Math.ceil(units / 3)) } : {}),
      })
    case 'cancelPledge':
      return make(fundManager, of(ctr?.id, '/contributions/*/cancellations'), {
        cancelledOn: today,
        reason: 'Withdrawn',
      })
    case 'writeOff':
      return make(controller, of(ctr?.id, '/contributions/*/write-offs'), {
        amount: money(ctr?.currency ?? 'USD'),
        writtenOffOn: today,
        reason: 'Never came',
      })
    case 'impair':
    case 'reverseImpairment':
      return make(
        controller,
        of(ctr?.id, `/contributions/*/${act === 'impair' ? 'impairments' : 'impairment-reversals'}`),
        {
          amount: money(ctr?.currency ?? 'USD', act === 'impair' ? units * 4 : units),
          occurredOn: today,
          reason: 'Doubted',
        },
      )
    case 'convert': {
      const [from, to] = [story.banks[size % 3]!, story.banks[(size + 1 + (pick % 2)) % 3]!]
      const left = units * 2
      const rate =
        from.currency === to.currency ? 1 : (WORTH[from.currency]! / WORTH[to.currency]!) * (0.95 + (pick % 9) / 100)
      const charge = 10 + (size % 7)
      return make(treasurer, `/funds/${fund.id}/conversions`, {
        fromAccountId: from.id,
        toAccountId: to.id,
        left: money(from.currency, left),
        arrived: money(to.currency, Math.floor((left - charge) * rate)),
        charge: money(from.currency, charge),
        leftOn: today,
        reference: `X${story.keys}`,
      })
    }
    case 'earn': {
      const bank = story.banks[pick % 3]!
      const day = size % 2 ? today : new Date(Date.parse(today) - story.keys * 86_400_000).toISOString().slice(0, 10)
      const amount = money(bank.currency, Math.ceil(units / 7))
      return make([treasurer, controller, reconciler][size % 3], `/funds/${fund.id}/interest`, {
        bankAccountId: bank.id,
        periodFrom: day,
        periodTo: day,
        creditedOn: today,
        amount: size % 5 ? amount : { ...amount, amount: `-${amount.amount}` },
        reference: `I${story.keys}`,
      })
    }
    case 'moveReserve':
      return make(controller, ctr && `/funds/${fund.id}/reserve/transfers`, {
        contributionId: ctr?.id,
        direction: size % 2 ? 'replenish' : 'release',
        ...(size % 2 ? { consent: 'Letter' } : {}),
        amount: usd(Math.ceil(units / 5)),
        occurredOn: today,
        reason: 'Agreed',
      })
    case 'decideProposal': {
      const proposal = one(story.proposals)
      const by = [director, headOfDepartment, bankSignatory, controller, headOfDepartment, bankSignatory][size % 6]
      const verdict = size % 11 ? { verdict: 'approve' } : { verdict: 'reject', reason: 'Not so' }
      return make(by, of(proposal?.id, '/proposals/*/decisions'), verdict)
    }
    case 'refund':
      return make(controller, of(ctr?.id, '/contributions/*/refunds'), {
        amount: usd(),
        decidedOn: today,
        reason: 'Agreed',
      })
    case 'payRefund':
      return make(treasurer, of(one(story.refunds), '/refunds/*/payments'), {
        bankAccountId: fund.bank,
        paidOn: today,
        reference: `F${story.keys}`,
      })
    case 'draftAndSubmit': {
      const made = await draft(fund, usd(units * 5).amount, {
        payeeId: story.payeeId,
        category: size % 2 ? 'travel' : 'grants',
        themes: size % 3 ? ['gender_and_inclusion'] : [],
      })
      return make(
        requester,
        `/disbursement-requests/${made.id}/submissions`,
        {},
        { headers: { 'if-match': made.etag } },
      )
    }
    case 'resubmit': {
      if (!req) return undefined
      const read = await requester!.get(`/disbursement-requests/${req.id}`)
      return make(
        requester,
        `/disbursement-requests/${req.id}/submissions`,
        {},
        { headers: { 'if-match': read.headers.etag! } },
      )
    }
    case 'approve': {
      if (!req) return undefined
      const { contentHash } = (await fundManager!.get(`/disbursement-requests/${req.id}`)).body
      return make(
        [certifyingOfficer, fundManager, certifyingOfficer, fundManager, fund.cast.fundManager2, director][size % 6],
        `/disbursement-requests/${req.id}/decisions`,
        { verdict: 'approve', ...(contentHash ? { contentHash } : {}) },
      )
    }
    case 'rejectOrReturn':
      return make([certifyingOfficer, fundManager][size % 2], of(req?.id, '/disbursement-requests/*/decisions'), {
        verdict: size % 3 ? 'return' : 'reject',
        reason: 'Not so',
      })
    case 'withdraw':
      return make(requester, of(req?.id, '/disbursement-requests/*/withdrawals'), { reason: 'No need' })
    case 'certify':
      return make(
        certifyingOfficer,
        of(req?.id, '/disbursement-requests/*/payments'),
        {
          amount: usd(units * ((size % 6) + 1)),
          category: ['grants', 'travel', 'experts'][size % 3],
          bankAccountId: fund.bank,
        },
        { note: { amount: units * ((size % 6) + 1) } },
      )
    case 'release':
      return make(
        [treasurer, fund.cast.bankSignatory, fund.cast.bankSignatory2][size % 3],
        of(pay?.id, '/payments/*/releases'),
        {},
      )
    case 'settle':
      return make(reconciler, of(pay?.id, '/payments/*/settlements'), {
        valueDate: today,
        debited: usd((pay?.amount ?? units) + (size % 7 === 0 ? 1 : 0)),
        charge: usd(size % 5),
        reference: `S${story.keys}`,
      })
    case 'giveBack':
      return make(reconciler, of(pay?.id, '/payments/*/returns'), {
        valueDate: today,
        ...(size % 2 ? { credited: usd(Math.max(0, (pay?.amount ?? units) - 25)) } : {}),
        reason: 'Closed',
        reference: `B${story.keys}`,
      })
    case 'cancelPayment':
      return make(certifyingOfficer, of(pay?.id, '/payments/*/cancellations'), { reason: 'Again' })
    case 'reduce':
      return make(fundManager, of(req?.id, '/disbursement-requests/*/reductions'), { amount: usd(), reason: 'Shorter' })
    case 'correct': {
      const proposed = await proposedCorrection(story, pick, size, money)
      return make(director, proposed && `/corrections/${proposed}/decisions`, { verdict: 'confirm' })
    }
    default:
      return callAhead(story, act, { plan: one(story.plans), request: req?.id, pick, size, amount: usd() })
  }
}

/** Some entry of the story, proposed to be put right or taken back; undefined where that is refused. */
async function proposedCorrection(
  { fund, contributions, today }: Story,
  pick: number,
  size: number,
  money: (currency: string, count?: number) => object,
): Promise<string | undefined> {
  const { auditor, controller } = fund.cast as Record<string, Caller>
  const { body } = await auditor!.get(`/funds/${fund.id}/ledger/entries?limit=500`)
  const kinds = ['correction', 'corrected', ...Object.keys(CORRECTABLE)]
  const found = body.items.filter(({ kind }: { kind: string }) => kinds.includes(kind))
  // The kind first, or nearly all corrections would be of receipts and agreements.
  const present = [...new Set(found.map(({ kind }: { kind: string }) => kind))].sort()
  const entries = found.filter(({ kind }: { kind: string }) => kind === present[pick % present.length])
  const entry = entries[size % Math.max(1, entries.length)]
  if (!entry) return undefined
  const { body: told } = await auditor!.get(`/funds/${fund.id}/ledger/entries/${entry.id}`)
  const kind: string = told.corrects?.kind ?? entry.kind
  const of = contributions[(pick + size) % Math.max(1, contributions.length)]!
  const currency: string = entry.postings[0].amount.currency
  const rights: Record<string, object[]> = {
    receipt: [{ contributionId: of.id }, { contributionId: null }, { reference: `again ${size}` }],
    unidentified_receipt: [{ contributionId: of.id }, { reference: `again ${size}` }],
    receipt_applied: [{ contributionId: of.id }, { amount: money(of.currency) }],
    unconditional_agreement: [{ amount: money(currency, size * 900 + 1) }, { reference: `annex ${size}` }],
    conditional_agreement: [{ conditional: false }, { amount: money(currency, size * 900 + 1) }],
    write_off: [{ amount: money(currency, size + 1) }, { reason: `because ${size}` }],
    refund_decided: [{ amount: money('USD', size + 1) }],
    payment_certified: [{ category: ['travel', 'grants', 'venue'][size % 3] }],
    payment_settled: [{ charge: money('USD', size % 9) }, { reference: `line ${size}`, valueDate: today }],
  }
  const right = size % 3 === 0 ? undefined : rights[kind]?.[(pick + size) % rights[kind].length]
  const answer = await controller!.post(`/funds/${fund.id}/corrections`, {
    entryId: entry.id,
    reason: 'Typed wrongly',
    ...(right ? { right } : {}),
  })
  if (answer.status >= 500) throw new Error(`correct ${kind}: ${JSON.stringify([right, answer.body])}`)
  return answer.status === 201 ? answer.body.id : undefined
}

function remember(story: Story, act: ActName, { body }: Response, { path, note, by }: Call): void {
  if (act === 'pledge') story.contributions.push({ id: body.id, currency: note!.currency!, agreed: note!.amount! })
  if (act === 'agree' || act === 'agreeConditionally') {
    const contribution = story.contributions.find(({ id }) => path.includes(id))!
    contribution.agreed = note!.amount!
  }
  if (act.startsWith('receive')) story.receipts.push(body.id ?? body.receiptId)
  if (act === 'refund') story.refunds.push(body.id)
  if (act === 'draftAndSubmit' || act === 'hurry' || act === 'activatePlan')
    story.requests.push({ id: body.id, payeeId: story.payeeId })
  if (act === 'plan') story.plans.push(body.id)
  if (act === 'certify') story.payments.push({ id: body.id, amount: note!.amount! })
  if (body.status === 'proposed') story.proposals.push({ id: body.id, kind: body.kind })
  if (body.status === 'approved') story.approved.push(body.kind)
  void by
}

function decimal(units: number, decimals: number): string {
  const digits = String(units).padStart(decimals + 1, '0')
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}
