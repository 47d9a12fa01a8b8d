import { newId } from '../../server/ids.ts'
import { cash, conversion, fundAccount } from '../../server/ledger/accounts.ts'
import { credit, debit, difference, type Entry } from '../../server/ledger/post.ts'
import { sealEntries } from '../../server/ledger/seal.ts'
import { allSealable } from '../support/sealable.ts'
import type { Fund, TestService } from '../support/service.ts'
import { agreed, charged, contribution, eur, postTo, received, request, reserved, usd } from './books.ts'

export const MEMO = 'سند قبض\u2028Betrag "ä", =1+1\r\nline two 🕊'

/** A fund with entries of every form under several seals: both books, two currencies, a difference on exchange, a reversal, odd memos. */
export async function sealedBooks(service: TestService): Promise<Fund> {
  const fund = await service.fund()
  const of = contribution('NOR-1')
  for (let i = 0; i < 4; i += 1) {
    await postTo(service, fund.id, [
      agreed(contribution(`NOR-1${i}`), '1000.00', `2024-01-1${i}`),
      received(of, '600.00', '2024-02-01', MEMO),
    ])
    const [first] = await postTo(service, fund.id, [charged('1.25', '2024-02-02'), inEuro()])
    await postTo(service, fund.id, [
      reserved(of, request('R-1'), '200.00', '2024-03-20'),
      { ...charged('-1.25', '2024-03-02'), reverses: first!.id },
    ])
  }
  await fund.cast.auditor!.post(`/funds/${fund.id}/payees`, { name: 'x' }).expect(400)
  await sealAll(service, fund, 5)
  return fund
}

/** Dollars into euros, with a difference on exchange that has no original amount. */
const inEuro = (): Entry => ({
  kind: 'payment_settled',
  source: newId('payment'),
  occurredOn: '2024-02-03',
  postings: [
    debit(cash({ code: 'second', currency: 'EUR' }), eur('90.00'), usd('100.00')),
    credit(conversion('EUR'), eur('90.00'), usd('99.50')),
    difference(fundAccount('income:exchange:realised', 'USD'), usd('-0.50')),
  ],
})

/** Seals until nothing is left, `most` entries under each seal. */
export async function sealAll(service: TestService, of: Fund, most?: number): Promise<void> {
  const { owner, service: db } = service.database()
  await allSealable(owner, of.id)
  while ((await db.transaction((trx) => sealEntries(trx, of.id, most))) > 0);
}
