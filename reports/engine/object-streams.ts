import { deflateSync } from 'node:zlib'

/** Where the cross-reference table finds an object: in a stream of objects, at which place. */
type Place = { readonly stream: number; readonly index: number }

/**
 * Objects without a stream of their own, gathered and compressed together (ISO 32000-1, 7.5.7). A tagged report has an
 * object for each cell: gathered, it is about four times smaller.
 */
export type ObjectStreams = { waiting: { id: number; syntax: string }[]; readonly places: Map<number, Place> }

/** How many objects share a stream: more compress hardly better, and a reader must unpack a whole stream for one. */
const OBJECTS_PER_STREAM = 200

/** One record of the cross-reference stream: kind (1 byte), offset or stream (4), generation or place (2). */
const RECORD_BYTES = 7

export function emptyObjectStreams(): ObjectStreams {
  return { waiting: [], places: new Map() }
}

/** Gathers one object; true when there are enough for a stream. */
export function gather(streams: ObjectStreams, id: number, syntax: string): boolean {
  streams.waiting.push({ id, syntax })
  return streams.waiting.length >= OBJECTS_PER_STREAM
}

/** Takes what was gathered as the content of the stream with the number `stream`. */
export function packObjects(streams: ObjectStreams, stream: number): { first: number; content: Buffer } {
  let index = ''
  let body = ''
  streams.waiting.forEach(({ id, syntax }, place) => {
    index += `${id} ${body.length} `
    body += `${syntax}\n`
    streams.places.set(id, { stream, index: place })
  })
  streams.waiting = []
  return { first: index.length, content: Buffer.from(index + body, 'latin1') }
}

/**
 * The compressed cross-reference stream (ISO 32000-1, 7.5.8) of objects 0 to `offsets.length` + 1, the last of which is
 * the stream itself, at `ownOffset`.
 */
export function crossReferences(
  streams: ObjectStreams,
  offsets: readonly (number | null)[],
  ownOffset: number,
): Buffer {
  const count = offsets.length + 2
  const records = Buffer.alloc(count * RECORD_BYTES)
  const put = (id: number, kind: number, where: number, detail: number) => {
    records[id * RECORD_BYTES] = kind
    records.writeUInt32BE(where, id * RECORD_BYTES + 1)
    records.writeUInt16BE(detail, id * RECORD_BYTES + 5)
  }
  put(0, 0, 0, 65535)
  offsets.forEach((offset, i) => {
    const place = streams.places.get(i + 1)
    if (place) put(i + 1, 2, place.stream, place.index)
    else put(i + 1, 1, offset ?? 0, 0)
  })
  put(count - 1, 1, ownOffset, 0)
  return deflateSync(withUpPrediction(records, count))
}

/** PNG's "up" prediction: neighbouring records differ little, so their differences compress well. */
function withUpPrediction(records: Buffer, count: number): Buffer {
  const predicted = Buffer.alloc(count * (RECORD_BYTES + 1))
  for (let row = 0; row < count; row++) {
    predicted[row * (RECORD_BYTES + 1)] = 2
    for (let column = 0; column < RECORD_BYTES; column++) {
      const above = row === 0 ? 0 : records[(row - 1) * RECORD_BYTES + column]!
      predicted[row * (RECORD_BYTES + 1) + 1 + column] = (records[row * RECORD_BYTES + column]! - above) & 0xff
    }
  }
  return predicted
}
