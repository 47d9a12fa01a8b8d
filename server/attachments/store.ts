import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'

/**
 * Where the bytes of attachments are: found by their SHA-256 (64 hexadecimal digits) and by nothing else, so no name that anybody chose is
 * ever a path, and the same bytes are kept once. A folder does it here; whatever can do these four things can take its place.
 */
export type FileStore = {
  /** Keeps the bytes so that they are there after a crash; keeping them again changes nothing. */
  readonly put: (sha256: string, bytes: Buffer) => Promise<void>
  /** Undefined where there are none. */
  readonly get: (sha256: string) => Promise<Buffer | undefined>
  readonly remove: (sha256: string) => Promise<void>
  /** Everything that was kept before a moment. */
  readonly keptBefore: (at: Date) => AsyncIterable<string>
}

/** A folder: the bytes are written aside, flushed to the disk and renamed, so that half a file is never taken for one. */
export function folderStore(folder: string): FileStore {
  const fileOf = (sha256: string) => {
    if (!SHA256.test(sha256)) throw new Error('that is no SHA-256')
    return { within: `${folder}/${sha256.slice(0, 2)}`, path: `${folder}/${sha256.slice(0, 2)}/${sha256}` }
  }
  return {
    async put(sha256, bytes) {
      const { within, path } = fileOf(sha256)
      const aside = `${folder}/unfinished/${randomUUID()}`
      await mkdir(within, { recursive: true, mode: 0o700 })
      await mkdir(`${folder}/unfinished`, { recursive: true, mode: 0o700 })
      const file = await open(aside, 'wx', 0o600)
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(aside, path)
      for (const changed of [within, folder]) await syncFolder(changed)
    },
    async get(sha256) {
      return readFile(fileOf(sha256).path).catch(unlessMissing)
    },
    async remove(sha256) {
      await rm(fileOf(sha256).path, { force: true })
    },
    async *keptBefore(at) {
      for (const within of (await readdir(folder).catch(unlessMissing)) ?? []) {
        for (const name of await readdir(`${folder}/${within}`)) {
          const path = `${folder}/${within}/${name}`
          const kept = await stat(path).catch(unlessMissing)
          if (!kept || kept.mtime >= at) continue
          // What a crash has cut short is nobody's.
          if (within === 'unfinished') await rm(path, { force: true })
          else if (SHA256.test(name)) yield name
        }
      }
    },
  }
}

/** For a service that is given no place: it takes no files. */
export function noStore(): FileStore {
  const none = () => Promise.reject(new Error('there is no place for attachments'))
  return { put: none, get: none, remove: none, async *keptBefore() {} }
}

const SHA256 = /^[0-9a-f]{64}$/

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  await folder.sync().finally(() => folder.close())
}
