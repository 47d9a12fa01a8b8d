import { findHits, indexNames, type ListedName } from '../../server/sanctions/candidates.ts'
import { innocents, inventedList, variantsOf } from './invented-list.ts'

export type Quality = {
  readonly variants: number
  readonly found: number
  readonly byKind: ReadonlyMap<string, { readonly variants: number; readonly found: number }>
  readonly missed: readonly string[]
  readonly innocents: number
  /** Innocent names with at least one hit. */
  readonly falseHits: readonly string[]
}

/** How many planted variants of a list of 1,000 are found, and how many of 10,000 innocent names from the same parts are hit. */
export function measureQuality(threshold: number, { listed = 1_000, innocent = 10_000 } = {}): Quality {
  const made = inventedList(listed)
  const index = indexNames(
    made.map(({ id, parts, alias, script }) => ({
      id,
      names: [
        { name: parts.join(' '), kind: 'name', quality: null },
        ...(alias ? [{ name: alias, kind: 'alias', quality: 'Good' }] : []),
        ...(script ? [{ name: script, kind: 'script', quality: null }] : []),
      ] as ListedName[],
    })),
  )
  const variants = variantsOf(made)
  const byKind = new Map<string, { variants: number; found: number }>()
  const missed: string[] = []
  for (const { of, how, name } of variants) {
    const found = findHits(index, [name], threshold).some(({ entry }) => entry.id === of)
    const counted = byKind.get(how) ?? { variants: 0, found: 0 }
    byKind.set(how, { variants: counted.variants + 1, found: counted.found + (found ? 1 : 0) })
    if (!found) missed.push(`${how}: ${name} (${made.find(({ id }) => id === of)!.parts.join(' ')})`)
  }
  const falseHits = innocents(innocent, made).flatMap((name) => {
    const [hit] = findHits(index, [name], threshold)
    return hit ? [`${name} ~ ${hit.listedName.name} ${hit.score}`] : []
  })
  return {
    variants: variants.length,
    found: variants.length - missed.length,
    byKind,
    missed,
    innocents: innocent,
    falseHits,
  }
}
