import type { Db } from '../../../db/connect.ts'
import { fundById } from '../../funds/open.ts'
import { get, type Answer, type Endpoint } from '../../http/endpoint.ts'
import { joi, positionKey, query } from '../../http/schemas.ts'
import { READERS, requireRole } from '../../people/actor.ts'
import { addressBeginning, bookDay } from '../routes.ts'
import { sealAt } from '../seal.ts'
import type { Part } from '../verify/manifest.ts'
import { writeBeancount } from './beancount.ts'
import { writeHledger } from './hledger.ts'
import { lastPosition, writeProof } from './proof.ts'
import { writeSafT } from './saf-t.ts'
import type { Asked } from './told.ts'

/** In which currency a file of plain text tells the amounts: each account's own, or the fund's. */
const inKey = { in: joi.string().valid('original', 'functional').default('original') }

/** The ledger as files that other programs read, all of it as of a position. Whoever takes one is kept as having done so. */
export function exportEndpoints(): Endpoint[] {
  return [
    exported(
      '',
      'The ledger, or a part of it, with all that proves elsewhere that nothing was changed: tables, seals, a verifier',
      { type: 'application/zip', ending: 'zip', keys: { from: bookDay(), to: bookDay(), prefix: addressBeginning() } },
      (db, asked, { from = null, to = null, prefix = null }, out) =>
        writeProof(db, { ...asked, part: (from ?? to ?? prefix) ? ({ from, to, prefix } satisfies Part) : null }, out),
    ),
    exported(
      '.hledger',
      'The ledger as a journal for hledger, with the balance of every account asserted',
      { type: 'text/plain', ending: 'hledger', keys: inKey },
      (db, asked, { in: amounts }, out) => writeHledger(db, { ...asked, amounts }, out),
    ),
    exported(
      '.beancount',
      'The ledger as a file for beancount, with the balance of every account asserted',
      { type: 'text/plain', ending: 'beancount', keys: inKey },
      (db, asked, { in: amounts }, out) => writeBeancount(db, { ...asked, amounts }, out),
    ),
    exported(
      '.xml',
      'The ledger in the structure of the Standard Audit File for Tax 2.0 (OECD)',
      { type: 'application/xml', ending: 'xml', keys: {} },
      (db, asked, _query, out) => writeSafT(db, asked, out),
    ),
  ]
}

function exported(
  path: string,
  summary: string,
  { type, ending, keys }: { type: string; ending: string; keys: Parameters<typeof query>[0] },
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the endpoint's own keys have let through
  write: (db: Db, asked: Asked, query: any, out: NodeJS.WritableStream) => Promise<void>,
): Endpoint {
  return get(
    `/funds/:fund/ledger/export${path}`,
    { tag: 'Ledger', summary, query: query({ ...keys, ...positionKey }), answerType: type, kept: true },
    async (db, actor, { params, query: asked }): Promise<Answer> => {
      const { id, code, name, currency } = await fundById(db, params.fund!)
      requireRole(actor, id, READERS)
      const last =
        asked.position === undefined ? await lastPosition(db, id) : (await sealAt(db, id, asked.position)).number
      const part = (asked.from ?? asked.to ?? asked.prefix) ? '-part' : ''
      return {
        stream: {
          type,
          fileName: `ledger-${code}-${last}${part}${asked.in === 'functional' ? '-functional' : ''}.${ending}`,
          write: (to) => write(db, { fund: { id, code, name, currency }, position: last }, asked, to),
        },
      }
    },
  )
}
