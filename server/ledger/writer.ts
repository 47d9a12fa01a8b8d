import type { Db } from '../../db/connect.ts'
import { postEntries, type Entry, type PostedEntry } from './post.ts'

/** Posts for many callers at once, as in a run of interest or a bank statement; each is answered when its entry is kept for good. */
export type Writer = {
  /** Refuses as `postEntries`. The act must be recorded before. */
  readonly post: (by: By, entry: Entry) => Promise<PostedEntry>
  /** Takes nothing new; resolves when all that was taken is answered. */
  readonly end: () => Promise<void>
}

type By = { readonly fundId: string; readonly actId: string }

type Waiting = {
  readonly by: By
  readonly entry: Entry
  readonly done: (posted: PostedEntry) => void
  readonly failed: (error: unknown) => void
}

/**
 * Opens a writer that posts whatever is waiting under one act, at most `most` entries, in one call and one commit, while the next are
 * gathering. There is no timer: an entry alone waits for nothing. One call to a transaction, because balances are locked in the
 * order of accounts within a call only. `db` opens the transactions; one runs at a time.
 *
 * What fails is halved until the entry is alone that fails, so that it takes no other with it. An entry that was posted before
 * under its kind and source is not posted again: whoever was not answered may ask again.
 */
export function openWriter(db: Db, { most = 500 }: { most?: number } = {}): Writer {
  let queue: Waiting[] = []
  let working: Promise<void> | undefined
  let ended = false

  const work = async () => {
    while (queue.length > 0) {
      const { fundId, actId } = queue[0]!.by
      const next = queue.filter(({ by }) => by.fundId === fundId && by.actId === actId).slice(0, most)
      const taken = new Set(next)
      queue = queue.filter((one) => !taken.has(one))
      await postAll(db, next)
    }
    working = undefined
  }
  return {
    post: (by, entry) =>
      new Promise((done, failed) => {
        if (ended) throw new Error('the writer has ended')
        queue.push({ by, entry, done, failed })
        working ??= Promise.resolve().then(work)
      }),
    end: async () => {
      ended = true
      await working
    },
  }
}

/** Answers everybody in the batch; never throws. */
async function postAll(db: Db, batch: readonly Waiting[]): Promise<void> {
  try {
    const entries = batch.map(({ entry }) => entry)
    const posted = await db.transaction((trx) => postEntries(trx, batch[0]!.by, entries))
    batch.forEach(({ done }, i) => done(posted[i]!))
  } catch (error) {
    if (batch.length === 1) return batch[0]!.failed(error)
    const half = Math.ceil(batch.length / 2)
    await postAll(db, batch.slice(0, half))
    await postAll(db, batch.slice(half))
  }
}
