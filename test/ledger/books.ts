import { recordAct } from '../../server/acts/record.ts'
import { newId } from '../../server/ids.ts'
import { authority, cash, contributionIncome, fundAccount, receivable, stage } from '../../server/ledger/accounts.ts'
import { credit, debit, postEntries, type Entry, type PostedEntry } from '../../server/ledger/post.ts'
import { money } from '../../server/money.ts'
import type { TestService } from '../support/service.ts'

/** Posts entries the way a verb does: in one transaction with its act. */
export async function postTo(
  service: TestService,
  fundId: string,
  entries: readonly Entry[],
  personId: string | null = null,
): Promise<PostedEntry[]> {
  return service.database().service.transaction(async (trx) => {
    const actId = newId('act')
    const posted = await postEntries(trx, { fundId, actId }, entries)
    await recordAct(trx, {
      id: actId,
      fundId,
      personId,
      tokenId: null,
      requestId: 'ledger-test',
      method: 'POST',
      path: '/api/v1/test',
      address: '192.0.2.7',
      outcome: 'done',
      details: null,
    })
    return posted
  })
}

export const usd = (amount: string) => money(amount, 'USD')
export const eur = (amount: string) => money(amount, 'EUR')
export const BANK = { code: 'main', currency: 'USD' }

export type Contribution = { id: string; code: string }

export const contribution = (code: string): Contribution => ({ id: newId('contribution'), code })
export const request = (code: string) => ({ id: newId('request'), code })

/** Cash for a contribution, all of it available. */
export function received(of: Contribution, amount: string, occurredOn: string, memo = ''): Entry {
  return {
    kind: 'receipt',
    source: newId('receipt'),
    occurredOn,
    memo,
    postings: [
      debit(cash(BANK), usd(amount)),
      credit(receivable(of, 'USD'), usd(amount)),
      debit(stage('available', of, 'USD'), usd(amount)),
      credit(authority(of, 'USD'), usd(amount)),
    ],
  }
}

/** An agreement in the fund's currency. */
export function agreed(of: Contribution, amount: string, occurredOn: string): Entry {
  return {
    kind: 'unconditional_agreement',
    source: of.id,
    occurredOn,
    postings: [debit(receivable(of, 'USD'), usd(amount)), credit(contributionIncome(of, 'USD'), usd(amount))],
  }
}

/** A bank charge: an entry of the actual book alone, with any memo. */
export function charged(amount: string, occurredOn: string, memo = ''): Entry {
  return {
    kind: 'payment_settled',
    source: newId('payment'),
    occurredOn,
    memo,
    postings: [debit(fundAccount('expense:bank-charges', 'USD'), usd(amount)), credit(cash(BANK), usd(amount))],
  }
}

/** Money of a contribution that is held for a request. */
export function reserved(
  of: Contribution,
  by: { id: string; code: string },
  amount: string,
  occurredOn: string,
): Entry {
  return {
    kind: 'request_submitted',
    source: newId('request'),
    occurredOn,
    postings: [
      debit(stage('reserved', of, 'USD', by), usd(amount)),
      credit(stage('available', of, 'USD'), usd(amount)),
    ],
  }
}

/** All lines of a CSV answer as the cells of each, without its mark and heading. */
export function csvRows(text: string): string[][] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split('\r\n')
  return lines
    .slice(1)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((cell) =>
        cell[1] === undefined ? cell[2]! : cell[1].replaceAll('""', '"'),
      ),
    )
}
