import { pipeline } from 'node:stream'
import { crc32, createDeflateRaw } from 'node:zlib'

/** A file of a zip; its content is asked for when the files before it are written. */
export type ZipFile = { readonly name: string; readonly content: () => AsyncIterable<Buffer> }

type Written = { name: string; crc: number; packed: number; size: number; offset: number }

/** What four bytes can tell; all ones mean that it is told in eight. */
const MOST_BYTES = 0xffffffff - 1

/**
 * The bytes of a zip (PKWARE APPNOTE 6.3), written as they come: each file is deflated and followed by its length and checksum. The same
 * content makes the same bytes, for no moment is written. What is longer than `most`, 4 GB, is told in the form for that (zip64), and only
 * that, so that anything reads a smaller one.
 */
export async function* zipOf(
  files: readonly ZipFile[],
  { most = MOST_BYTES }: { most?: number | undefined } = {},
): AsyncGenerator<Buffer> {
  const written: Written[] = []
  let offset = 0
  for (const { name, content } of files) {
    const one: Written = { name, crc: 0, packed: 0, size: 0, offset }
    yield localHeader(name)
    for await (const piece of deflated(content(), one)) {
      one.packed += piece.length
      yield piece
    }
    const bytes = Math.max(one.size, one.packed) > most ? 8 : 4
    yield numbers([SIGNATURE.lengths, 4], [one.crc, 4], [one.packed, bytes], [one.size, bytes])
    written.push(one)
    offset += 30 + name.length + one.packed + 8 + 2 * bytes
  }
  const directory = Buffer.concat(written.map((one) => directoryHeader(one, most)))
  yield directory
  yield endOf(written.length, directory.length, offset, most)
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

const SIGNATURE = {
  local: 0x04034b50,
  lengths: 0x08074b50,
  directory: 0x02014b50,
  largeEnd: 0x06064b50,
  locator: 0x07064b50,
  end: 0x06054b50,
}
const TOLD_IN_EIGHT = 0xffffffff

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

function directoryHeader({ name, crc, packed, size, offset }: Written, most: number): Buffer {
  const isLarge = Math.max(packed, size, offset) > most
  const told = (value: number): Field => [isLarge ? TOLD_IN_EIGHT : value, 4]
  const extra = isLarge ? numbers([1, 2], [24, 2], [size, 8], [packed, 8], [offset, 8]) : Buffer.alloc(0)
  const header = numbers(
    ...([[SIGNATURE.directory, 4], [isLarge ? 45 : 20, 2], ...ABOUT, [crc, 4], told(packed), told(size)] as Field[]),
    ...([[name.length, 2], [extra.length, 2], [0, 2], [0, 2], [0, 2], [0, 4], told(offset)] as Field[]),
  )
  return Buffer.concat([header, Buffer.from(name), extra])
}

/** The end of a zip, after its directory: where that is, and how long. */
function endOf(files: number, length: number, start: number, most: number): Buffer {
  const isLarge = start > most
  const told = (value: number): Field => [isLarge ? TOLD_IN_EIGHT : value, 4]
  const count: Field = [files, 2]
  const end = numbers([SIGNATURE.end, 4], [0, 4], count, count, told(length), told(start), [0, 2])
  if (!isLarge) return end
  const large = numbers(
    ...([
      [SIGNATURE.largeEnd, 4],
      [44, 8],
      [45, 2],
      [45, 2],
      [0, 4],
      [0, 4],
      [files, 8],
      [files, 8],
    ] as Field[]),
    ...([
      [length, 8],
      [start, 8],
    ] as Field[]),
  )
  return Buffer.concat([large, numbers([SIGNATURE.locator, 4], [0, 4], [start + length, 8], [1, 4]), end])
}

/** A number and how many bytes it takes. */
type Field = readonly [value: number, bytes: 2 | 4 | 8]

function numbers(...fields: Field[]): Buffer {
  const buffer = Buffer.alloc(fields.reduce((length, [, bytes]) => length + bytes, 0))
  let at = 0
  for (const [value, bytes] of fields)
    at = bytes === 8 ? buffer.writeBigUInt64LE(BigInt(value), at) : buffer.writeUIntLE(value, at, bytes)
  return buffer
}
