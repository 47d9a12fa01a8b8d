import { row, type Db, type Trx } from '../../db/connect.ts'
import { newId } from '../ids.ts'
import { fromMinorUnits, minorUnits, type Money } from '../money.ts'
import type { Actor } from '../people/actor.ts'

export type UseKind =
  | 'payment'
  | 'return'
  | 'receipt'
  | 'unidentified'
  | 'charge'
  | 'interest'
  | 'conversion'
  | 'recovery'
  | 'booked_before'
  | 'cancels'

/** What of an entry is which entry of the ledger, or which proposal, or cancels out with which other entry. */
export type NewUse = {
  readonly entryId: string
  readonly amount: Money
  readonly kind: UseKind
  readonly ledgerEntry?: string
  readonly proposalId?: string
  readonly against?: string
}

/** Keeps what entries are used for. That each is used for exactly its amount is looked at when the transaction commits. */
export async function keepUses(
  trx: Trx,
  actor: Actor,
  uses: readonly NewUse[],
  { certain, score }: { certain: boolean; score: number | null },
): Promise<void> {
  await trx('statement_uses').insert(
    uses.map(({ entryId, amount, kind, ledgerEntry = null, proposalId = null, against = null }) => ({
      ...{ id: newId('statementUse'), entry_id: entryId, amount: minorUnits(amount), kind, against, certain, score },
      ...{ ledger_entry: ledgerEntry, proposal_id: proposalId },
      ...{ used_by: actor.personId, used_at: actor.act.at, act_id: actor.act.id },
    })),
  )
}

export type CashEntry = { readonly id: string; readonly moved: Money; readonly free: boolean }

/**
 * The entry of the ledger of this source that moved cash on the account, as it stands after corrections; undefined where there is none.
 * `free`: nothing of it is on a statement yet.
 */
export async function cashEntryOf(
  db: Db,
  {
    fundId,
    bankAccountId,
    source,
    kinds,
  }: { fundId: string; bankAccountId: string; source: string; kinds: readonly string[] },
): Promise<CashEntry | undefined> {
  const found = await row<{ id: string; moved: string; currency: string; free: boolean }>(
    db,
    `select e.id, sum(p.amount)::text as moved, a.currency,
            not exists (select from statement_uses_that_count u where u.ledger_entry = e.id) as free
       from entries e
       join postings p on p.entry_id = e.id
       join accounts a on a.id = p.account_id
       join bank_accounts b on b.id = :bankAccountId and a.address = 'assets:cash:' || b.code and a.currency = b.currency
      where e.fund_id = :fundId and a.fund_id = :fundId
        and ((e.source = :source and e.kind = any(:kinds::text[]))
          or e.id in (select t.entry_id from correction_entries t where t.source = :source and t.kind = any(:kinds::text[]) and not t.takes_back))
        and not exists (select from entries m where m.reverses = e.id and m.kind = 'correction')
      group by e.id, a.currency order by e.id desc limit 1`,
    { fundId, bankAccountId, source, kinds: [...kinds] },
  )
  return found && { id: found.id, moved: fromMinorUnits(found.moved, found.currency), free: found.free }
}
