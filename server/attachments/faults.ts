import type { Trx } from '../../db/connect.ts'
import { notify } from '../notifications/notify.ts'

export type Fault = 'missing' | 'changed'

/** Keeps that a file is not what was attached any more, and tells auditors and controllers at once; once of each file and fault. */
export async function noteFault(
  trx: Trx,
  attachment: { id: string; fundId: string; requestId: string },
  { fault, at }: { fault: Fault; at: Date },
): Promise<void> {
  const { id, fundId, requestId } = attachment
  const request = await trx('requests').where({ id: requestId }).first('code', 'process_id')
  await trx('attachment_faults')
    .insert({ fund_id: fundId, attachment_id: id, fault, found_at: at })
    .onConflict(['attachment_id', 'fault'])
    .ignore()
  await notify(
    trx,
    { personId: null, act: { id: null, at } },
    {
      ...{ fundId, event: 'attachment_alarm', key: `${id}#${fault}`, urgent: true, processId: request.process_id },
      to: { roles: ['auditor', 'controller'] },
      facts: { code: request.code },
      link: `/requests/${requestId}`,
    },
  )
}
