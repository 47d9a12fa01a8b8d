import { rows, type Db } from '../../db/connect.ts'

/** The people of the service whom a request sends: it names them. */
export async function peopleSent(db: Db, requestId: string): Promise<string[]> {
  const sent = await rows<{ id: string }>(
    db,
    `select distinct e.person_id as id from deployments d join experts e on e.id = d.expert_id where d.request_id = :requestId and e.person_id is not null`,
    { requestId },
  )
  return sent.map(({ id }) => id)
}
