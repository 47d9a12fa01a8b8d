import type { Texts } from './texts/texts.ts'

const MINUTE_MS = 60_000

/** `3 hours, 20 minutes` in the reader's words, with the plurals of the language; whole minutes, towards zero. Latin digits in both. */
export function durationText(ms: number, { language }: Pick<Texts, 'language'>): string {
  const minutes = Math.trunc(Math.abs(ms) / MINUTE_MS)
  const parts = [
    ['day', Math.trunc(minutes / (24 * 60))],
    ['hour', Math.trunc(minutes / 60) % 24],
    ['minute', minutes % 60],
  ] as const
  const locale = language === 'ar' ? 'ar-u-nu-latn' : 'en-GB'
  const said = parts
    .filter(([unit, count]) => count > 0 || (unit === 'minute' && minutes === 0))
    .map(([unit, count]) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count))
  return new Intl.ListFormat(locale, { type: 'unit', style: 'long' }).format(said)
}

/** How long something took, or may take. */
export function Duration({ ms, t }: { ms: number; t: Texts }) {
  return <bdi>{durationText(ms, t)}</bdi>
}
