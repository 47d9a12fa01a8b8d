import { booksOf, moneyIn, type Books } from '../contributions/books.ts'
import type { Role } from '../../server/people/actor.ts'
import type { Caller, Fund, TestService } from '../support/service.ts'

/** What a test does with the fund's own money; amounts as `100.00 USD`. */
export type Treasury = ReturnType<typeof treasuryOf>

export function treasuryOf(service: TestService, fund: Fund) {
  const books: Books = booksOf(service, fund)
  const { as } = books
  let references = 0
  let donors = 0

  const agreed: Books['agreed'] = async (terms = {}) =>
    books.agreed({ donorId: await books.donor(`Member State ${(donors += 1)}`), ...terms })

  const conversion = (from: string, to: string, terms: Record<string, string>) => ({
    fromAccountId: from,
    toAccountId: to,
    left: moneyIn(terms.left!),
    leftOn: terms.leftOn ?? '2024-03-01',
    arrived: moneyIn(terms.arrived!),
    ...(terms.arrivedOn ? { arrivedOn: terms.arrivedOn } : {}),
    ...(terms.charge ? { charge: moneyIn(terms.charge) } : {}),
    reference: terms.reference ?? `FX-${(references += 1)}`,
  })

  const decide = (by: Caller, proposalId: string, verdict = 'approve', reason?: string) =>
    by.post(`/proposals/${proposalId}/decisions`, { verdict, ...(reason ? { reason } : {}) })

  /** Recorded by the treasurer and confirmed by a bank signatory. */
  const converted = async (from: string, to: string, terms: Record<string, string>): Promise<string> => {
    const proposed = await as('treasurer').post(`/funds/${fund.id}/conversions`, conversion(from, to, terms))
    if (proposed.status !== 201) throw new Error(JSON.stringify(proposed.body))
    const decided = await decide(as('bankSignatory'), proposed.body.id)
    if (decided.status !== 201) throw new Error(JSON.stringify(decided.body))
    return proposed.body.id
  }

  /** Proposed by the controller and authorised by who may: the head of department may always. */
  const authorised = async (path: string, body: object, by = as('headOfDepartment')) => {
    const proposed = await as('controller').post(path, body)
    if (proposed.status !== 201) throw new Error(JSON.stringify(proposed.body))
    const decided = await decide(by, proposed.body.id)
    if (decided.status !== 201) throw new Error(JSON.stringify(decided.body))
    return decided.body.booked
  }

  const interest = (bankAccountId: string, amount: string, more: Record<string, string> = {}) => ({
    bankAccountId,
    periodFrom: '2024-03-01',
    periodTo: '2024-03-31',
    creditedOn: '2024-03-31',
    amount: moneyIn(amount),
    reference: `IN-${(references += 1)}`,
    ...more,
  })

  const reserve = async (): Promise<string> =>
    (await as('auditor').get(`/funds/${fund.id}/reserve`).expect(200)).body.balance.amount

  /** What an account of cash holds: `100.00 EUR (110.00)`. */
  const cash = async (code: string, currency: string): Promise<string> => {
    const found = await as('auditor')
      .get(`/funds/${fund.id}/ledger/balances?address=assets:cash:${code}&currency=${currency}`)
      .expect(200)
    return `${found.body.balance.amount} ${currency} (${found.body.functional.amount})`
  }

  /** A service account that has got a role. */
  const machine = async (role: Role): Promise<Caller> => {
    const robot = await service.person('Robot', fund.id, [role])
    await service.database().owner('people').where({ id: robot.id }).update({ kind: 'service', password_hash: null })
    return robot
  }

  return { ...books, agreed, machine, fund, conversion, decide, converted, authorised, interest, reserve, cash }
}
