import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify'
import { takeItsTime, type Db } from '../../db/connect.ts'
import type { Answer } from './endpoint.ts'

/** A column of a file: `text` is what people wrote, `figure` is an amount, a number, a day or a moment that we wrote. */
export type Column<Item> = {
  readonly heading: string
  readonly text?: (item: Item) => string | null
  readonly figure?: (item: Item) => string | null
}

/** Named values of a query (`:fundId`). */
export type Bindings = Record<string, string | number | boolean | null | string[]>

const ROWS_AT_A_TIME = 200

/**
 * A CSV file (RFC 4180, UTF-8 with its mark, so that spreadsheets read every script) of what a query finds, one row of which may
 * become several lines. It is read by a cursor as fast as the client takes it, so its length does not matter, and the
 * connection goes back to the pool also when the client goes away.
 */
export function csvAnswer<Row, Item>(
  db: Db,
  {
    fileName,
    columns,
    sql,
    bindings,
    items,
  }: {
    fileName: string
    columns: readonly Column<Item>[]
    sql: string
    bindings: Bindings
    items: (row: Row) => readonly Item[]
  },
): Answer {
  const lines = new Transform({
    objectMode: true,
    transform(row: Row, _encoding, done) {
      for (const item of items(row)) this.push(columns.map((column) => cellOf(column, item)))
      done()
    },
  })
  const file = stringify({
    header: true,
    columns: columns.map((one) => one.heading),
    bom: true,
    record_delimiter: 'windows',
  })
  return {
    stream: {
      type: 'text/csv',
      fileName,
      write: (to) => pipeline(streamOf(db, sql, bindings), lines, file, to),
    },
  }
}

/** The rows of a query as they are taken, of which it holds no more than some hundreds; its client may take its time. */
export async function* streamOf(db: Db, sql: string, bindings: Bindings): AsyncGenerator<unknown> {
  const trx = await db.transaction()
  try {
    await takeItsTime(trx)
    yield* trx.raw(sql, bindings).stream({ highWaterMark: ROWS_AT_A_TIME })
  } finally {
    await trx.rollback()
  }
}

function cellOf<Item>({ text, figure }: Column<Item>, item: Item): string {
  return figure ? (figure(item) ?? '') : inert(text?.(item) ?? '')
}

/**
 * Text that a spreadsheet would run as a formula is marked as text (OWASP, CSV injection; the full-width signs too). Figures are
 * not: a negative amount must stay one.
 */
export function inert(text: string): string {
  return /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text
}
