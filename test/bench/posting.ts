import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { connect, SERVICE_ROLE, type Connection, type Db } from '../../db/connect.ts'
import { postEntries, postEntry, type Entry } from '../../server/ledger/post.ts'
import { atEnd } from './ending.ts'
import { firstSubmittedEntry, openBooks, receiptEntry, submittedEntry, type Books } from './entries.ts'
import { fiveStatements, singleRow, transfer } from './comparison.ts'
import { inRounds, type Contestant, type Measured, type Pace } from './measure.ts'
import { plainClient } from './server.ts'

const BATCH = 500
const CLIENTS = 16

/** Which of the thousand contributions the next entry is for: any of them, or always the same. */
const places = { spread: (size: number) => Math.floor(Math.random() * size), 'one hot account': () => 0 }

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

  return inRounds([...limits(plain), ...singly(service, books), ...others(owner, plain), ...many(service, books)], pace)
}

function limits(plain: pg.Client[]): Contestant[] {
  return [8, 32].map((clients) => ({
    name: `limit: one row, one commit; ${clients} clients`,
    clients,
    call: (client) => singleRow(plain[client]!),
  }))
}

function singly(service: Db, books: Books): Contestant[] {
  const kinds: [string, (books: Books, i: number) => Entry][] = [
    ['2 postings', submittedEntry],
    ['6 postings, both books', receiptEntry],
  ]
  const contestants = kinds.flatMap(([kind, entry]) =>
    Object.entries(places).map(([where, place]) => ({
      name: `one act, ${kind}; ${where}`,
      clients: CLIENTS,
      call: () => service.transaction((trx) => postEntry(trx, books, entry(books, place(books.requests.length)))),
    })),
  )
  const opening = {
    name: 'one act, 2 postings, opening an account; spread',
    clients: CLIENTS,
    call: () =>
      service.transaction((trx) =>
        postEntry(trx, books, firstSubmittedEntry(books, places.spread(books.requests.length))),
      ),
  }
  return [...contestants, opening]
}

function others(owner: Db, plain: pg.Client[]): Contestant[] {
  return Object.entries(places).flatMap(([where, place]) => [
    {
      name: `five statements by the builder, 2 postings; ${where}`,
      clients: CLIENTS,
      call: () => fiveStatements(owner, place(1000)),
    },
    {
      name: `one function call per transfer, 2 postings; ${where}`,
      clients: CLIENTS,
      call: (client: number) => transfer(plain[client]!, place(1000)),
    },
  ])
}

function many(service: Db, books: Books): Contestant[] {
  const kinds: [string, (books: Books, i: number) => Entry][] = [
    ['2 postings', submittedEntry],
    ['6 postings, both books', receiptEntry],
  ]
  return kinds.flatMap(([kind, entry]) =>
    Object.entries(places).flatMap(([where, place]) =>
      [1, 2].map((clients) => ({
        name: `${BATCH} to a call, ${kind}; ${where}; ${clients} client${clients === 1 ? '' : 's'}`,
        clients,
        piecesPerCall: BATCH,
        call: () =>
          service.transaction((trx) =>
            postEntries(
              trx,
              books,
              Array.from({ length: BATCH }, () => entry(books, place(books.requests.length))),
            ),
          ),
      })),
    ),
  )
}
