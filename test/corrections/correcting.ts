import type { Test } from 'supertest'
import type { Caller, Fund, TestService } from '../support/service.ts'

/** What a test does with corrections. */
export type Correcting = ReturnType<typeof correctingIn>

export function correctingIn(service: TestService, fund: Fund) {
  const { controller, director } = fund.cast as Record<string, Caller>

  /** The last entry of this kind, or of what a row caused. */
  const entry = async (kind: string, source?: string): Promise<string> => {
    const found = await service
      .database()
      .owner('entries')
      .where({ fund_id: fund.id, kind, ...(source ? { source } : {}) })
      .orderBy('id', 'desc')
      .first('id')
    if (!found) throw new Error(`no entry ${kind} ${source ?? ''}`)
    return found.id
  }

  const propose = (entryId: string, right?: object, more: object = {}, by = controller!): Test =>
    by.post(`/funds/${fund.id}/corrections`, { entryId, reason: 'Typed wrongly', ...(right ? { right } : {}), ...more })

  const confirm = (id: string, by = director!): Test => by.post(`/corrections/${id}/decisions`, { verdict: 'confirm' })

  /** Proposed by the controller and confirmed by the director. Gives the correction and the entries that it posted. */
  const correct = async (
    entryId: string,
    right?: object,
    more: object = {},
  ): Promise<{ id: string; mirror: string; corrected: string[] }> => {
    const proposed = await propose(entryId, right, more)
    if (proposed.status !== 201) throw new Error(JSON.stringify(proposed.body))
    const confirmed = await confirm(proposed.body.id)
    if (confirmed.status !== 201) throw new Error(JSON.stringify(confirmed.body))
    const [mirror, ...corrected] = confirmed.body.entries
    return { id: proposed.body.id, mirror, corrected }
  }

  return { entry, propose, confirm, correct }
}

/** Every balance of the fund, by address and currency, both amounts; zeros left out. */
export async function allBalances(service: TestService, fund: Fund): Promise<Record<string, string>> {
  const { rows } = await service.database().owner.raw(
    `select a.address || ' ' || a.currency as account, sum(p.amount) || ' ' || sum(p.functional) as says
       from accounts a join postings p on p.account_id = a.id where a.fund_id = ?
      group by a.id having sum(p.amount) <> 0 or sum(p.functional) <> 0 order by 1`,
    [fund.id],
  )
  return Object.fromEntries(rows.map((row: { account: string; says: string }) => [row.account, row.says]))
}
