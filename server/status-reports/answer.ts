import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { requireRole, type Actor } from '../people/actor.ts'

/**
 * Says what was found out about a line that could not be applied, so that it is work no more. It changes no payment: that is done where payments are.
 * Refuses `not_found`, `role_not_allowed`, `nothing_to_answer`.
 */
export async function answerLine(
  trx: Trx,
  actor: Actor,
  { reportId, line, note }: { reportId: string; line: number; note: string },
): Promise<{ id: string; line: number }> {
  const report = await trx('status_reports').where({ id: reportId }).first('fund_id')
  if (!report) throw new Refusal('not_found')
  requireRole(actor, report.fund_id, ['reconciler', 'treasurer'])
  const found = await row<{ open: boolean }>(
    trx,
    `select outcome in ('to_confirm', 'contradicts', 'unknown') as open from status_report_lines where report_id = :reportId and number = :line`,
    { reportId, line },
  )
  if (!found?.open) throw new Refusal('nothing_to_answer', { line })

  // From here on everything must succeed.
  const inserted = await trx('status_report_answers')
    .insert({
      ...{ report_id: reportId, number: line, note, answered_by: actor.personId, answered_at: actor.act.at },
      act_id: actor.act.id,
    })
    .onConflict(['report_id', 'number'])
    .ignore()
    .returning('number')
  if (inserted.length === 0) throw new Refusal('nothing_to_answer', { line })
  return { id: reportId, line }
}
