import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { connect, SERVICE_ROLE, type Connection, type Db } from '../../db/connect.ts'
import { postEntries, postEntry, type Entry } from '../../server/ledger/post.ts'
import { sealEntries } from '../../server/ledger/seal.ts'
import { atEnd } from './ending.ts'
import { CONTRIBUTIONS, firstSubmittedEntry, openBooks, receiptEntry, submittedEntry, type Books } from './entries.ts'
import { fiveStatements, loggedTransfer, singleRow, transfer } from './comparison.ts'
import { inRounds, type Contestant, type Measured, type Pace } from './measure.ts'
import { gatherStatistics, plainClient } from './server.ts'

const BATCH = 500
const CLIENTS = 16

/** What is measured, by the names under which it is printed. */
export const LIMIT = 'limit: one row, one commit'
export const ONE_ACT_2 = 'one act, 2 postings'
export const ONE_ACT_6 = 'one act, 6 postings in both books'
export const BATCH_2 = `${BATCH} to a call, 2 postings`
export const BATCH_6 = `${BATCH} to a call, 6 postings in both books`
export const BUILDER = 'other: five statements of the query builder, 2 postings'
export const TRANSFER = 'other: one function call per transfer, 2 postings'
export const LOGGED = 'other: volumes, moves and a chained log, 2 postings'
export const SEALED_BATCH = `${BATCH} to a call, 6 postings, sealing beside it`

/**
 * Entries per second through the posting path: each in a transaction of its own, as an act posts it, and many to a call, as
 * an import does; beside the raw limit, which is a row with a commit of its own, and beside two other designs.
 */
export async function measurePosting(connection: Connection, pace: Pace): Promise<Measured[]> {
  const service = connect(connection, { role: SERVICE_ROLE, poolSize: CLIENTS })
  atEnd(() => service.destroy())
  const owner = connect(connection, { poolSize: CLIENTS })
  atEnd(() => owner.destroy())
  await owner.raw(readFileSync(new URL('./comparison-schemas.sql', import.meta.url), 'utf8'))
  const books = await service.transaction(openBooks)
  const plain = await Promise.all(Array.from({ length: 32 }, () => plainClient(connection)))
  await gatherStatistics(connection)

  return inRounds(
    [
      ...limits(plain),
      ...singly(service, books),
      ...others(owner, plain),
      ...many(service, books),
      ...sealedBeside(service, books),
    ],
    pace,
  )
}

function limits(plain: pg.Client[]): Contestant[] {
  return [8, 32].map((clients) => ({
    name: LIMIT,
    variant: `${clients} clients`,
    clients,
    call: (client) => singleRow(plain[client]!),
  }))
}

/** Each entry in a transaction of its own, from 16 callers, as when 16 people act at once. */
function singly(service: Db, books: Books): Contestant[] {
  const act = (entry: Entry) => service.transaction((trx) => postEntry(trx, books, entry))
  return [
    ...overPlaces((variant, place) => [
      { name: ONE_ACT_2, variant, clients: CLIENTS, call: () => act(submittedEntry(books, place())) },
      { name: ONE_ACT_6, variant, clients: CLIENTS, call: () => act(receiptEntry(books, place())) },
    ]),
    {
      name: `${ONE_ACT_2}, opening one of the accounts`,
      variant: 'spread',
      clients: CLIENTS,
      call: () => act(firstSubmittedEntry(books, anywhere())),
    },
  ]
}

/** The same work in other designs, which do less: see comparison-schemas.sql. */
function others(owner: Db, plain: pg.Client[]): Contestant[] {
  return overPlaces((variant, place) => [
    { name: BUILDER, variant, clients: CLIENTS, call: () => fiveStatements(owner, place()) },
    { name: TRANSFER, variant, clients: CLIENTS, call: (client: number) => transfer(plain[client]!, place()) },
    { name: LOGGED, variant, clients: 8, call: (client: number) => loggedTransfer(plain[client]!, place()) },
  ])
}

/** As `many`, while one more client seals what is posted, as fast as it comes. */
function sealedBeside(service: Db, books: Books): Contestant[] {
  let sealing: Promise<unknown> | undefined
  return [
    {
      name: SEALED_BATCH,
      variant: 'spread, 2 clients',
      clients: 2,
      piecesPerCall: BATCH,
      call: () => {
        sealing ??= service.transaction((trx) => sealEntries(trx, books.fundId)).finally(() => (sealing = undefined))
        const entries = Array.from({ length: BATCH }, () => receiptEntry(books, anywhere()))
        return service.transaction((trx) => postEntries(trx, books, entries))
      },
    },
  ]
}

/** Many entries to a call, as imports and bank statements post them. */
function many(service: Db, books: Books): Contestant[] {
  const kinds = [
    { name: BATCH_2, entry: submittedEntry },
    { name: BATCH_6, entry: receiptEntry },
  ]
  return kinds.flatMap(({ name, entry }) =>
    overPlaces((where, place) =>
      [1, 2].map((clients) => ({
        name,
        variant: `${where}, ${clients} client${clients === 1 ? '' : 's'}`,
        clients,
        piecesPerCall: BATCH,
        call: () => {
          const entries = Array.from({ length: BATCH }, () => entry(books, place()))
          return service.transaction((trx) => postEntries(trx, books, entries))
        },
      })),
    ),
  )
}

/** Over a thousand contributions, or all on the same one. */
function overPlaces(contestants: (where: string, place: () => number) => Contestant[]): Contestant[] {
  return [...contestants('spread', anywhere), ...contestants('one hot account', () => 0)]
}

function anywhere(): number {
  return Math.floor(Math.random() * CONTRIBUTIONS)
}
