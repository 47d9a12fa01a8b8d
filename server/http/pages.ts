/** Keyset pages: what was read last is where the next page begins, so nothing is skipped or told twice while rows come in. */

/** Turns the key of a row into the opaque text that a client sends back as `after`. */
export function cursorOf(key: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** The key in a cursor, or undefined where there is none or it is not one of ours. */
export function keyIn(cursor: string | undefined): string[] | undefined {
  if (!cursor) return undefined
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(key) && key.every((part) => typeof part === 'string' && !part.includes('\u0000'))
      ? key
      : undefined
  } catch {
    return undefined
  }
}

/** A page of rows of which one more than `limit` was read: what is over says that there is a next one. */
export function pageOf<Row>(
  found: Row[],
  limit: number,
  key: (row: Row) => readonly string[],
): { items: Row[]; next: string | null } {
  const items = found.slice(0, limit)
  return { items, next: found.length > limit ? cursorOf(key(items.at(-1)!)) : null }
}
