import { open, type FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import * as zlib from 'node:zlib'

/** What is no zip that can be trusted to be read: cut off, damaged, disguised, or larger than 4 GB. */
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
const PIECE = 256 * 1024
// Nothing that deflate has packed grows more than 1,032 times.
const MOST_GROWTH = 1_100

// The first versions of Node 20 cannot compute it; the sha-256 of each file in the manifest says more.
const hasCrc32 = typeof zlib.crc32 === 'function'

/**
 * Opens a zip (PKWARE APPNOTE 6.3: stored or deflated, without zip64) by its directory. Nothing is unpacked to the disk, and no file is
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
  const [count, length, start] = [tail.readUInt16LE(at + 10), tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)]
  if (count === 0xffff || length === 0xffffffff || start === 0xffffffff)
    throw new Unreadable('a zip of more than 4 GB (zip64) is not read here: export the ledger by periods')
  if (tail.readUInt32LE(at + 4) !== 0 || length > 1_000_000 || start + length !== tailAt + at)
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

function membersIn(directory: Buffer): Member[] {
  const members: Member[] = []
  let at = 0
  while (at < directory.length) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== DIRECTORY)
      throw new Unreadable('the directory of the zip is damaged')
    const [flags, method] = [directory.readUInt16LE(at + 8), directory.readUInt16LE(at + 10)]
    const [crc, packed, size] = [16, 20, 24].map((field) => directory.readUInt32LE(at + field)) as [
      number,
      number,
      number,
    ]
    const [ofName, ofExtra, ofComment] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field))
    const name = directory.toString('utf8', at + 46, at + 46 + ofName!)
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name) || members.some((one) => one.name === name))
      throw new Unreadable(`${JSON.stringify(name)} is an odd name, or is there twice`)
    if ((flags & 1) !== 0 || (method !== 0 && method !== 8))
      throw new Unreadable(`${name} is encrypted or oddly packed`)
    if (packed === 0xffffffff || size === 0xffffffff) throw new Unreadable(`${name} is larger than 4 GB`)
    if (size > packed * (method === 8 ? MOST_GROWTH : 1) + 1_000)
      throw new Unreadable(`${name} is said to grow from ${packed} bytes to ${size}: this is a trap`)
    members.push({ name, method, crc, packed, size, offset: directory.readUInt32LE(at + 42) })
    at += 46 + ofName! + ofExtra! + ofComment!
  }
  return members
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
