/** The accounts of the fund by their readable addresses: the same names in the database, in every page and in every export. */

export type Account = {
  readonly address: string
  readonly currency: string
  readonly contributionId?: string
  readonly requestId?: string
}

/** What an account address needs to know of a contribution, request or bank account: its code is in the address. */
export type ContributionRef = { readonly id: string; readonly code: string }
export type RequestRef = { readonly id: string; readonly code: string }
export type BankAccountRef = { readonly code: string; readonly currency: string }

/** The stages through which each contribution's money passes; together they always equal its authority. */
export type Stage = 'support' | 'available' | 'ready' | 'reserved' | 'committed' | 'disbursed' | 'reported'

export const cash = (bank: BankAccountRef): Account => ({
  address: `assets:cash:${bank.code}`,
  currency: bank.currency,
})

/** Left one account of the fund for another and is not there yet; in the currency in which it left. */
export const moving = (to: BankAccountRef, currency: string): Account => ({
  address: `assets:in-transit:${to.code}`,
  currency,
})

export const inTransit = (bank: BankAccountRef): Account => ({
  address: `liabilities:in-transit:${bank.code}`,
  currency: bank.currency,
})

export const unapplied = (bank: BankAccountRef): Account => ({
  address: `liabilities:unapplied:${bank.code}`,
  currency: bank.currency,
})

export const receivable = (contribution: ContributionRef, currency: string): Account =>
  ofContribution(`assets:receivable:${contribution.code}`, contribution, currency)

/** What of a receivable is doubted: a contra to it, so that what is outstanding stays what the donor owes. */
export const allowance = (contribution: ContributionRef, currency: string): Account =>
  ofContribution(`assets:allowance:${contribution.code}`, contribution, currency)

export const contributionIncome = (contribution: ContributionRef, currency: string): Account =>
  ofContribution(`income:contributions:${contribution.code}`, contribution, currency)

export const conditionalLiability = (contribution: ContributionRef, currency: string): Account =>
  ofContribution(`liabilities:conditional:${contribution.code}`, contribution, currency)

export const donorRefunds = (contribution: ContributionRef, currency: string): Account =>
  ofContribution(`liabilities:donor-refunds:${contribution.code}`, contribution, currency)

export const payable = (request: RequestRef, currency: string): Account =>
  ofRequest(`liabilities:payable:${request.code}`, request, currency)

export const advances = (request: RequestRef, currency: string): Account =>
  ofRequest(`assets:advances:${request.code}`, request, currency)

/** Paid, and to be paid back by the payee. */
export const partnerRefunds = (request: RequestRef, currency: string): Account =>
  ofRequest(`assets:partner-refunds:${request.code}`, request, currency)

/** What a partner has spent of its grant, once that is accepted. */
export const grantsExpense = (request: RequestRef, currency: string): Account =>
  ofRequest(`expense:grants:${request.code}`, request, currency)

export const missionExpense = (category: string, request: RequestRef, currency: string): Account =>
  ofRequest(`expense:mission:${category}:${request.code}`, request, currency)

/** One account of the whole fund, e.g. `expense:bank-charges`. */
export const fundAccount = (
  address:
    | 'expense:bank-charges'
    | 'expense:support-cost'
    | 'liabilities:due-to:support-cost'
    | 'expense:write-off'
    | 'expense:impairment'
    | 'income:interest'
    | 'income:prior-year-recoveries'
    | 'expense:prior-year-refunds'
    | 'income:exchange:realised'
    | 'expense:exchange:realised'
    | 'income:exchange:unrealised'
    | 'expense:exchange:unrealised'
    | 'equity:net-assets',
  currency: string,
): Account => ({ address, currency })

export const conversion = (currency: string): Account => ({ address: `equity:exchange:${currency}`, currency })

export const pledged = (contribution: ContributionRef, currency: string): Account =>
  ofContribution(`budget:pledged:${contribution.code}`, contribution, currency)

export const pledges = (currency: string): Account => ({ address: 'budget:pledges:all', currency })

export const authority = (contribution: ContributionRef, currency: string): Account =>
  ofContribution(`budget:authority:${contribution.code}`, contribution, currency)

/** A stage of a contribution's money; from `reserved` on it belongs to a request as well. */
export function stage(name: Stage, contribution: ContributionRef, currency: string, request?: RequestRef): Account {
  const account = ofContribution(`budget:${name}:${contribution.code}`, contribution, currency)
  return request ? { ...account, address: `${account.address}:${request.code}`, requestId: request.id } : account
}

/** What of the disbursed stage must come back: it has left like the rest of it, and is told apart so that every cent can be followed. */
export function recoverable(contribution: ContributionRef, currency: string, request: RequestRef): Account {
  const address = `budget:disbursed:${contribution.code}:recoverable:${request.code}`
  return { ...ofContribution(address, contribution, currency), requestId: request.id }
}
/** What of a contribution is set aside for a contingency plan. */
export const ready = (contribution: ContributionRef, currency: string, plan: { readonly code: string }): Account =>
  ofContribution(`budget:ready:${contribution.code}:${plan.code}`, contribution, currency)

/** The fund's own operating reserve, which carries exchange differences and may go below zero. */
export const reserveAvailable = (currency: string): Account => ({ address: 'budget:available:reserve', currency })
export const reserveAuthority = (currency: string): Account => ({ address: 'budget:authority:reserve', currency })

function ofContribution(address: string, contribution: ContributionRef, currency: string): Account {
  return { address, currency, contributionId: contribution.id }
}

function ofRequest(address: string, request: RequestRef, currency: string): Account {
  return { address, currency, requestId: request.id }
}
