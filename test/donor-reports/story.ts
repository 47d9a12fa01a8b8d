import { newId } from '../../server/ids.ts'
import { postEntry, type EntryKind, type Posting } from '../../server/ledger/post.ts'
import { moneyFrom, type Money, type MoneyText } from '../../server/money.ts'
import type { Caller, Fund, TestService } from '../support/service.ts'

export const today = new Date().toISOString().slice(0, 10)

/** `'1000.00 EUR'` as the API takes and tells it. */
export function amountOf(text: string): { amount: string; currency: string } {
  const [amount, currency] = text.split(' ')
  return { amount: amount!, currency: currency! }
}

export type Made = { id: string; code: string }

/** What the people of a fund do with a donor's money, each in one line, through the front door. */
export function storyOf(fund: Fund, service: TestService) {
  const { fundManager, controller, treasurer, headOfDepartment } = fund.cast as Record<string, Caller>
  let count = 0

  const must = async (test: ReturnType<Caller['post']>) => {
    const answer = await test
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
    return answer.body
  }

  return {
    donor: async (name: string): Promise<string> =>
      (await must(fundManager!.post(`/funds/${fund.id}/donors`, { name, kind: 'Member State' }))).id,

    reader: (name: string, donorId: string) => service.person(name, fund.id, [{ role: 'donor', donorId }]),

    process: async (name: string, region: string, confidentiality = 'open'): Promise<string> => {
      const process = { name, country: 'Somewhere', region, phase: 'before_escalation', confidentiality }
      const { id } = await must(fundManager!.post(`/funds/${fund.id}/processes`, process))
      if (confidentiality !== 'open')
        await must(fundManager!.post(`/processes/${id}/entities`, { entityId: fund.entity }))
      return id
    },

    bank: async (code: string, currency: string): Promise<string> =>
      (await must(controller!.post(`/funds/${fund.id}/bank-accounts`, { code, name: code, currency }))).id,

    rate: (currency: string, month: string, units: string) =>
      must(treasurer!.post(`/funds/${fund.id}/exchange-rates`, { currency, month, units, source: 'UN operational' })),

    pledge: async (
      donorId: string,
      amount: string,
      pledgedOn: string,
      more: Record<string, unknown> = {},
    ): Promise<Made> =>
      must(
        fundManager!.post(`/funds/${fund.id}/contributions`, {
          ...{ donorId, pledgedOn, amount: amountOf(amount), earmark: { level: 'unearmarked' } },
          ...more,
        }),
      ),

    agree: (contribution: Made, amount: string, signedOn: string, more: Record<string, unknown> = {}) =>
      must(
        fundManager!.post(`/contributions/${contribution.id}/agreements`, {
          ...{ conditional: false, amount: amountOf(amount), signedOn, reference: `AGR ${contribution.code}` },
          ...{ supportCost: { rateBps: 700, base: 'deposit' } },
          ...more,
        }),
      ),

    /** `contribution` undefined: nobody knows what it is for. */
    receive: (
      contribution: Made | undefined,
      receivedOn: string,
      {
        bank = fund.bank,
        sent,
        booked = sent,
        charge,
        applied,
      }: { bank?: string; sent: string; booked?: string; charge?: string; applied?: string },
    ) => {
      count += 1
      return must(
        treasurer!.post(contribution ? `/contributions/${contribution.id}/receipts` : `/funds/${fund.id}/receipts`, {
          ...{
            receivedOn,
            bankAccountId: bank,
            sent: amountOf(sent),
            bankValue: amountOf(booked),
            reference: `BST-${count}`,
          },
          ...(charge ? { bankCharge: amountOf(charge) } : {}),
          ...(applied ? { appliedAmount: amountOf(applied) } : {}),
        }),
      )
    },

    apply: (receiptId: string, contribution: Made, appliedOn: string, amount?: string) =>
      must(
        treasurer!.post(`/receipts/${receiptId}/applications`, {
          ...{ contributionId: contribution.id, appliedOn, ...(amount ? { amount: amountOf(amount) } : {}) },
        }),
      ),

    fulfil: (contribution: Made, metOn: string) =>
      must(fundManager!.post(`/contributions/${contribution.id}/fulfilments`, { metOn, evidence: 'Talks have begun' })),

    cancel: (contribution: Made, cancelledOn: string) =>
      must(
        fundManager!.post(`/contributions/${contribution.id}/cancellations`, {
          cancelledOn,
          reason: 'Budget not passed',
        }),
      ),

    writeOff: async (contribution: Made, amount: string, writtenOffOn: string, reason = 'Will not come') => {
      const proposed = await must(
        controller!.post(`/contributions/${contribution.id}/write-offs`, {
          ...{ amount: amountOf(amount), writtenOffOn, reason },
        }),
      )
      return must(headOfDepartment!.post(`/proposals/${proposed.id}/decisions`, { verdict: 'approve' }))
    },

    refund: (contribution: Made, amount: string, decidedOn: string) =>
      must(
        controller!.post(`/contributions/${contribution.id}/refunds`, {
          ...{ amount: amountOf(amount), decidedOn, reason: 'Purpose has gone' },
        }),
      ),
  }
}

export type Story = ReturnType<typeof storyOf>

export function reportOf(caller: Caller, fund: Fund, donorId: string, asOf: Record<string, string> = {}) {
  const query = new URLSearchParams(asOf).toString()
  return caller.get(`/funds/${fund.id}/donors/${donorId}/report${query ? `?${query}` : ''}`)
}

/** Posts an entry for which there is no verb yet. */
export async function postAsOwner(
  service: TestService,
  fund: Fund,
  { kind, postings }: { kind: EntryKind; postings: (units: (text: MoneyText) => Money) => Posting[] },
): Promise<void> {
  await service.database().owner.transaction(async (trx) => {
    const act = { id: newId('act'), request_id: 'test', method: 'POST', path: '/test', outcome: 'done' }
    await trx('acts').insert(act)
    const entry = { kind, source: act.id, occurredOn: today, postings: postings(moneyFrom) }
    await postEntry(trx, { fundId: fund.id, actId: act.id }, entry)
  })
}
