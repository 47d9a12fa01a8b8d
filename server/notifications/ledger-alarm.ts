import type { Trx } from '../../db/connect.ts'
import { fundById } from '../funds/open.ts'
import type { SealFault } from '../ledger/verify-seals.ts'
import { notify } from './notify.ts'

/** Tells auditors and controllers at once that a ledger has been tampered with: each day anew while it stands. */
export async function tellOfFault(
  trx: Trx,
  { fundId, fault }: { fundId: string; fault: SealFault },
  now: Date,
): Promise<void> {
  const { name } = await fundById(trx, fundId)
  const day = now.toISOString().slice(0, 10)
  await notify(
    trx,
    { personId: null, act: { id: null, at: now } },
    {
      ...{ fundId, event: 'ledger_alarm' as const, urgent: true },
      key: `${fundId}#${fault.kind}#${fault.seal}#${day}`,
      to: { roles: ['auditor', 'controller'] },
      facts: { fund: name },
      link: `/funds/${fundId}/ledger/verification`,
    },
  )
}
