import { median } from './measure.ts'
import type { ScreeningFigures } from './screening.ts'
import { figure, printTable, range } from './table.ts'

/** How long screening takes beside its goals, and what is found of a made-up list. */
export function printScreening(of: ScreeningFigures): void {
  const { quality } = of
  printTable(
    `Screening ${figure(of.payees)} payees by a list of ${figure(of.entries)} entries`,
    ['what', 'took', 'lowest–highest', 'goal'],
    [
      ['the list brought in, seconds', figure(of.importedS), '', ''],
      ['all payees screened, seconds', figure(of.screenedS), '', '≤ 60 for 50,000'],
      ['the first payee at a release, its names read, ms', figure(of.firstMs), '', '≤ 300'],
      ['a payee at a release, ms', figure(median(of.freshMs)), range(of.freshMs), '≤ 300'],
      ['one who was screened already, ms', figure(median(of.knownMs)), range(of.knownMs), '≤ 300'],
    ],
  )
  const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`
  printTable(
    'Planted variants of listed names that are found, and innocent names from the same parts that are hit',
    ['how it was written', 'names', 'found'],
    [
      ...[...quality.byKind].map(([how, { variants, found }]) => [how, figure(variants), share(found, variants)]),
      ['all of them', figure(quality.variants), share(quality.found, quality.variants)],
      ['innocent', figure(quality.innocents), share(quality.falseHits.length, quality.innocents)],
    ],
  )
}
