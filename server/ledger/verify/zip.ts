import { open, type FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import * as zlib from 'node:zlib'

/** What is no zip that can be trusted to be read: cut off, damaged, or disguised. */
export class Unreadable extends Error {}

type Member = { name: string; method: number; crc: number; packed: number; size: number; offset: number }

export type Zip = {
  readonly names: readonly string[]
  /** The bytes of a file, in pieces. Throws `Unreadable` when they are not exactly what the zip's directory says. */
  read: (name: string) => AsyncGenerator<Buffer>
  close: () => Promise<void>
}

const END = 0x06054b50
const DIRECTORY = 0x02014b50
const LOCAL = 0x04034b50
const LARGE_END = 0x06064b50
const LOCATOR = 0x07064b50
// In the place of a number of four bytes: it is told in eight elsewhere.
const TOLD_IN_EIGHT = 0xffffffff
const PIECE = 256 * 1024
// Nothing that deflate has packed grows more than 1,032 times.
const MOST_GROWTH = 1_100

// The first versions of Node 20 cannot compute it; the sha-256 of each file in the manifest says more.
const hasCrc32 = typeof zlib.crc32 === 'function'

/**
 * Opens a zip (PKWARE APPNOTE 6.3: stored or deflated, of any length) by its directory. Nothing is unpacked to the disk, and no file is
 * held whole. Throws `Unreadable` for odd names, names told twice, files that overlap, and whatever was cut off.
 */
export async function openZip(path: string): Promise<Zip> {
  const handle = await open(path)
  try {
    const members = await directoryOf(handle)
    const byName = new Map(members.map((one) => [one.name, one]))
    return {
      names: members.map(({ name }) => name),
      read: (name) => contentOf(handle, byName.get(name)!),
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function directoryOf(handle: FileHandle): Promise<Member[]> {
  const { size } = await handle.stat()
  const tailAt = Math.max(0, size - 65_557)
  const tail = await bytesAt(handle, tailAt, size - tailAt)
  let at = tail.length - 22
  while (at >= 0 && !(tail.readUInt32LE(at) === END && at + 22 + tail.readUInt16LE(at + 20) === tail.length)) at -= 1
  if (at < 0) throw new Unreadable('this is no zip, or its end was cut off')
  let [count, length, start] = [tail.readUInt16LE(at + 10), tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)]
  let end = tailAt + at
  if (length === TOLD_IN_EIGHT || start === TOLD_IN_EIGHT) ({ count, length, start, end } = await largeEnd(handle, end))
  if (tail.readUInt32LE(at + 4) !== 0 || length > 1_000_000 || start + length !== end)
    throw new Unreadable('the directory of the zip is not where it should be')

  const members = membersIn(await bytesAt(handle, start, length))
  if (members.length !== count) throw new Unreadable('the directory of the zip does not list what it counts')
  let behind = 0
  for (const one of [...members].sort((a, b) => a.offset - b.offset)) {
    if (one.offset < behind) throw new Unreadable(`${one.name} overlaps with another file of the zip`)
    behind = one.offset + 30 + one.name.length + one.packed
  }
  if (behind > start) throw new Unreadable('a file of the zip overlaps with its directory')
  return members
}

/** What the end of a zip of more than 4 GB says, which stands before the usual one (zip64). */
async function largeEnd(
  handle: FileHandle,
  before: number,
): Promise<{ [of in 'count' | 'length' | 'start' | 'end']: number }> {
  const damaged = () => new Unreadable('the end of the zip, which is of the form for more than 4 GB, is damaged')
  if (before < 76) throw damaged()
  const bytes = await bytesAt(handle, before - 76, 76)
  const end = before - 76
  const isWhole = bytes.readUInt32LE(0) === LARGE_END && bytes.readUInt32LE(56) === LOCATOR && eight(bytes, 64) === end
  if (!isWhole || eight(bytes, 4) !== 44) throw damaged()
  return { count: eight(bytes, 32), length: eight(bytes, 40), start: eight(bytes, 48), end }
}

function eight(bytes: Buffer, at: number): number {
  const value = bytes.readUInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at)
  if (!Number.isSafeInteger(value)) throw new Unreadable('the zip tells of more bytes than there can be')
  return value
}

function membersIn(directory: Buffer): Member[] {
  const members: Member[] = []
  let at = 0
  while (at < directory.length) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== DIRECTORY)
      throw new Unreadable('the directory of the zip is damaged')
    const [flags, method] = [directory.readUInt16LE(at + 8), directory.readUInt16LE(at + 10)]
    const crc = directory.readUInt32LE(at + 16)
    const [ofName, ofExtra, ofComment] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field))
    const name = directory.toString('utf8', at + 46, at + 46 + ofName!)
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name) || members.some((one) => one.name === name))
      throw new Unreadable(`${JSON.stringify(name)} is an odd name, or is there twice`)
    if ((flags & 1) !== 0 || (method !== 0 && method !== 8))
      throw new Unreadable(`${name} is encrypted or oddly packed`)
    const { packed, size, offset } = lengthsIn(directory, at, name)
    if (size > packed * (method === 8 ? MOST_GROWTH : 1) + 1_000)
      throw new Unreadable(`${name} is said to grow from ${packed} bytes to ${size}: this is a trap`)
    members.push({ name, method, crc, packed, size, offset })
    at += 46 + ofName! + ofExtra! + ofComment!
  }
  return members
}

/** How long a file is, unpacked and packed, and where; what four bytes cannot tell is in the zip64 field behind its name, in this order. */
function lengthsIn(directory: Buffer, at: number, name: string): Pick<Member, 'size' | 'packed' | 'offset'> {
  const [behindName, end] = [
    at + 46 + directory.readUInt16LE(at + 28),
    at + 46 + directory.readUInt16LE(at + 28) + directory.readUInt16LE(at + 30),
  ]
  let field = behindName
  while (field + 4 <= end && directory.readUInt16LE(field) !== 1) field += 4 + directory.readUInt16LE(field + 2)
  const last = field + 4 <= end ? field + 4 + directory.readUInt16LE(field + 2) : 0
  let next = field + 4
  const [size, packed, offset] = [24, 20, 42].map((place) => {
    const told = directory.readUInt32LE(at + place)
    if (told !== TOLD_IN_EIGHT) return told
    if (next + 8 > Math.min(last, end, directory.length)) throw new Unreadable(`${name} is larger than it says`)
    next += 8
    return eight(directory, next - 8)
  }) as [number, number, number]
  return { size, packed, offset }
}

async function* contentOf(
  handle: FileHandle,
  { name, method, crc, packed, size, offset }: Member,
): AsyncGenerator<Buffer> {
  const local = await bytesAt(handle, offset, 30 + name.length)
  if (local.readUInt32LE(0) !== LOCAL || local.readUInt16LE(8) !== method || local.toString('utf8', 30) !== name)
    throw new Unreadable(`${name} is not where the directory of the zip says`)
  const start = offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28)
  let [length, sum] = [0, 0]
  for await (const piece of unpacked(handle, start, packed, method)) {
    length += piece.length
    if (length > size) break
    if (hasCrc32) sum = zlib.crc32(piece, sum)
    yield piece
  }
  if (length !== size || (hasCrc32 && sum !== crc)) throw new Unreadable(`${name} is damaged`)
}

async function* unpacked(handle: FileHandle, start: number, packed: number, method: number): AsyncGenerator<Buffer> {
  if (packed === 0) return
  const source = handle.createReadStream({ start, end: start + packed - 1, autoClose: false, highWaterMark: PIECE })
  if (method === 0) return yield* source
  const inflate = zlib.createInflateRaw({ chunkSize: PIECE })
  // Its error is that of the reading below.
  pipeline(source, inflate, () => {})
  try {
    yield* inflate
  } catch (error) {
    throw new Unreadable(`the packed bytes are damaged or cut off (${(error as Error).message})`)
  }
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
  if (bytesRead !== length) throw new Unreadable('the zip was cut off')
  return buffer
}
