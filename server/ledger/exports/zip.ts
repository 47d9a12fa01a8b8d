import { pipeline } from 'node:stream'
import { crc32, createDeflateRaw } from 'node:zlib'

/** A file of a zip; its content is asked for when the files before it are written. */
export type ZipFile = { readonly name: string; readonly content: () => AsyncIterable<Buffer> }

type Written = { name: string; crc: number; packed: number; size: number; offset: number }

const MOST_BYTES = 0xffffffff - 1

/**
 * The bytes of a zip (PKWARE APPNOTE 6.3), written as they come: each file is deflated and followed by its length and checksum. The same
 * content makes the same bytes, for no moment is written. Throws beyond 4 GB, which takes another form that not everything reads.
 */
export async function* zipOf(files: readonly ZipFile[]): AsyncGenerator<Buffer> {
  const written: Written[] = []
  let offset = 0
  for (const { name, content } of files) {
    const one: Written = { name, crc: 0, packed: 0, size: 0, offset }
    yield localHeader(name)
    for await (const piece of deflated(content(), one)) {
      one.packed += piece.length
      yield piece
    }
    if (one.size > MOST_BYTES || offset + one.packed > MOST_BYTES)
      throw new Error(`${name} makes a zip of more than 4 GB`)
    yield numbers([SIGNATURE.lengths, 4], [one.crc, 4], [one.packed, 4], [one.size, 4])
    written.push(one)
    offset += 30 + name.length + one.packed + 16
  }
  const directory = Buffer.concat(written.map(directoryHeader))
  yield directory
  const count: Field = [written.length, 2]
  yield numbers([SIGNATURE.end, 4], [0, 4], count, count, [directory.length, 4], [offset, 4], [0, 2])
}

async function* deflated(content: AsyncIterable<Buffer>, one: Written): AsyncGenerator<Buffer> {
  async function* counted() {
    for await (const piece of content) {
      one.crc = crc32(piece, one.crc)
      one.size += piece.length
      yield piece
    }
  }
  const deflate = createDeflateRaw({ chunkSize: 64 * 1024 })
  // Its error is that of the reading below.
  pipeline(counted(), deflate, () => {})
  yield* deflate
}

const SIGNATURE = { local: 0x04034b50, lengths: 0x08074b50, directory: 0x02014b50, end: 0x06054b50 }

// Version 2.0, lengths after the content and names in UTF-8, deflated, the first moment that a zip can tell.
const ABOUT: Field[] = [
  [20, 2],
  [0x0808, 2],
  [8, 2],
  [0, 2],
  [0x21, 2],
]

function localHeader(name: string): Buffer {
  const header = numbers([SIGNATURE.local, 4], ...ABOUT, [0, 4], [0, 4], [0, 4], [name.length, 2], [0, 2])
  return Buffer.concat([header, Buffer.from(name)])
}

function directoryHeader({ name, crc, packed, size, offset }: Written): Buffer {
  const lengths: Field[] = [
    [crc, 4],
    [packed, 4],
    [size, 4],
    [name.length, 2],
    [0, 2],
    [0, 2],
  ]
  const header = numbers([SIGNATURE.directory, 4], [20, 2], ...ABOUT, ...lengths, [0, 2], [0, 2], [0, 4], [offset, 4])
  return Buffer.concat([header, Buffer.from(name)])
}

/** A number and how many bytes it takes. */
type Field = readonly [value: number, bytes: 2 | 4]

function numbers(...fields: Field[]): Buffer {
  const buffer = Buffer.alloc(fields.reduce((length, [, bytes]) => length + bytes, 0))
  let at = 0
  for (const [value, bytes] of fields) at = buffer.writeUIntLE(value, at, bytes)
  return buffer
}
