import { Unreadable } from './zip.ts'

export type Row = readonly string[]

// What no row of the ledger comes near to; a longer one is there to fill the memory.
const LONGEST_ROW = 16_000_000

/**
 * The rows of a CSV file (RFC 4180, UTF-8, lines ended by CR LF, a cell in quotes only where it must be) without its heading, some thousands
 * at a time. Throws `Unreadable` where it is not of that form or has another heading.
 */
export async function* rowsOf(pieces: AsyncIterable<Buffer>, name: string, heading: Row): AsyncGenerator<Row[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let [rest, isFirst] = ['', true]
  for await (const piece of pieces) {
    const read = rowsIn(rest + decoded(decoder, name, piece), name)
    rest = read.rest
    if (rest.length > LONGEST_ROW) throw new Unreadable(`a row of ${name} does not end`)
    if (read.rows.length === 0) continue
    if (isFirst && read.rows.shift()!.join() !== heading.join()) throw new Unreadable(`${name} has another heading`)
    isFirst = false
    if (read.rows.some((row) => row.length !== heading.length))
      throw new Unreadable(`a row of ${name} has too few cells or too many`)
    yield read.rows
  }
  if (rest + decoded(decoder, name) !== '') throw new Unreadable(`the last row of ${name} was cut off`)
  if (isFirst) throw new Unreadable(`${name} has no heading`)
}

/** One row after another of several batches; waits only when a batch is used up. */
export type Cursor = { rows: Row[]; at: number; more: () => Promise<boolean> }

export function cursorOver(batches: AsyncGenerator<Row[]>): Cursor {
  const cursor: Cursor = {
    rows: [],
    at: 0,
    more: async () => {
      for (;;) {
        const next = await batches.next()
        if (next.done) return false
        cursor.rows = next.value
        cursor.at = 0
        if (next.value.length > 0) return true
      }
    },
  }
  return cursor
}

function decoded(decoder: TextDecoder, name: string, piece?: Buffer): string {
  try {
    return piece ? decoder.decode(piece, { stream: true }) : decoder.decode()
  } catch {
    throw new Unreadable(`${name} is not UTF-8`)
  }
}

function rowsIn(text: string, name: string): { rows: Row[]; rest: string } {
  const rows: Row[] = []
  if (!text.includes('"')) {
    const lines = text.split('\r\n')
    const rest = lines.pop()!
    for (const line of lines) rows.push(line.split(','))
    return { rows, rest }
  }
  let at = 0
  for (;;) {
    const end = text.indexOf('\r\n', at)
    if (end < 0) break
    const line = text.slice(at, end)
    if (!line.includes('"')) {
      rows.push(line.split(','))
      at = end + 2
      continue
    }
    const quoted = quotedRow(text, at, name)
    if (!quoted) break // goes on in the next piece
    rows.push(quoted.row)
    at = quoted.end
  }
  return { rows, rest: text.slice(at) }
}

/** A row with cells in quotes, or nothing where the text ends before it. */
function quotedRow(text: string, start: number, name: string): { row: Row; end: number } | undefined {
  const row: string[] = []
  let at = start
  for (;;) {
    let end: number
    if (text[at] === '"') {
      end = closingQuote(text, at) + 1
      if (end === 0 || end + 1 >= text.length) return undefined
      row.push(text.slice(at + 1, end - 1).replaceAll('""', '"'))
    } else {
      const [comma, line] = [text.indexOf(',', at), text.indexOf('\r\n', at)]
      if (line < 0) return undefined
      end = comma < 0 ? line : Math.min(comma, line)
      row.push(text.slice(at, end))
    }
    if (text.startsWith('\r\n', end)) return { row, end: end + 2 }
    if (text[end] !== ',') throw new Unreadable(`${name} has a quote in the middle of a cell`)
    at = end + 1
  }
}

function closingQuote(text: string, opening: number): number {
  let at = text.indexOf('"', opening + 1)
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at
}
