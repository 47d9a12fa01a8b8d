import { approved, certify } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import type { Fund, TestService } from '../support/service.ts'

/** Where the fund's main account is kept. */
export const OWN_ACCOUNT = {
  ...{ scheme: 'iban', account: 'CH93 0076 2011 6238 5295 7', bic: 'POFICHBEXXX', bankName: 'PostFinance' },
  ...{
    holder: 'Rapid response fund',
    address: { street: 'Mingerstrasse', building: '20', postCode: '3030', town: 'Bern', country: 'CH' },
  },
}

export type World = {
  readonly fund: Fund
  readonly request: string
  /** A certified payment of an amount that no other has; its id. */
  readonly certified: () => Promise<string>
}

/** A fund whose main account has its details, with a request on which many payments can be certified. */
export async function payingFund(service: TestService, { details = true } = {}): Promise<World> {
  const fund = await service.fund()
  await received(fund, '50000.00')
  if (details) await service.admin().post(`/bank-accounts/${fund.bank}/details`, OWN_ACCOUNT).expect(201)
  const { id: request } = await approved(fund, '50000.00')
  let count = 0
  const certified = async () => {
    count += 1
    return (await certify(fund, request, `${100 + count}.${String(count).padStart(2, '0')}`).expect(201)).body.id
  }
  return { fund, request, certified }
}

/** A file of so many new payments, as the treasurer prepares it. */
export async function preparedFile({ fund, certified }: World, count = 3) {
  const payments: string[] = []
  for (let i = 0; i < count; i += 1) payments.push(await certified())
  const file = await fund.cast
    .treasurer!.post(`/funds/${fund.id}/payment-files`, { bankAccountId: fund.bank, payments })
    .expect(201)
  return { ...(file.body as { id: string; code: string; sha256: string; total: { amount: string } }), payments }
}

export const sign = (by: Fund['cast'][string], file: { id: string; sha256: string }, sha256 = file.sha256) =>
  by!.post(`/payment-files/${file.id}/signatures`, { sha256 })

/** A file that two people have released. */
export async function releasedFile(world: World, count = 3) {
  const file = await preparedFile(world, count)
  const { treasurer, bankSignatory } = world.fund.cast
  await sign(treasurer!, file).expect(201)
  await sign(bankSignatory!, file).expect(201)
  return file
}
