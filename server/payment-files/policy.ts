/** What a payment file may be, as pure data and functions. */

export type FileStatus = 'prepared' | 'released' | 'withdrawn'

/** One signature is a person's, two are a release. */
export const SIGNATURES = 2

/** A file is built, signed and released in one go. */
export const MOST_PAYMENTS = 2_000

/** What ISO 20022 can say of an amount: 18 digits. */
export const LARGEST_SUM = 999_999_999_999_999_999n

/** The category purpose by which banks treat a payment (ISO 20022 external code set): to suppliers, or another. */
export function purposeOf(category: string): string {
  return category === 'grants' ? 'OTHR' : 'SUPP'
}

/** A hash as people compare it: groups of eight characters. */
export function inGroups(sha256: string): string {
  return sha256.match(/.{1,8}/g)?.join(' ') ?? ''
}
