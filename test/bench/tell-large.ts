import { median } from './measure.ts'
import { OURS, type OtherFigures } from './others.ts'
import type { LargeFigures } from './reading.ts'
import { figure, printTable, ratio } from './table.ts'

/** How the figures of large ledgers are told: each question at each size, with the largest beside the smallest. */
export function printLarge({ reads, checks }: LargeFigures): void {
  const sizes = [...new Set(reads.map(({ postings }) => postings))]
  const [least, most] = [sizes[0]!, sizes.at(-1)!]
  const of = (question: string, postings: number) =>
    reads.find((one) => one.question === question && one.postings === postings)!
  printTable(
    'Questions to a ledger of a thousand accounts, milliseconds in the database and as the caller waits',
    ['question', ...sizes.flatMap((size) => [`${figure(size / 1e6)} M`, 'waits']), 'ratio', 'goal'],
    [...new Set(reads.map(({ question }) => question))].map((question) => [
      question,
      ...sizes.flatMap((size) => [
        figure(median(of(question, size).databaseMs)),
        figure(median(of(question, size).clientMs)),
      ]),
      most > least ? ratio(of(question, most).databaseMs, of(question, least).databaseMs) : '',
      goalOf(question),
    ]),
  )
  printTable(
    'Check of all that is sealed: content, sums, chain and what is folded; two at a time',
    ['postings', 'loaded, s', 'checked, s', 'postings per second', 'peak MB', 'goal'],
    checks.map(({ postings, loadedS, checkedS, peakMb }) => [
      figure(postings),
      figure(loadedS),
      figure(checkedS),
      figure(postings / checkedS),
      figure(peakMb),
      '≥ 200,000',
    ]),
  )
}

/** Other programs beside ours, on the same ledger. */
export function printOthers(figures: readonly OtherFigures[]): void {
  const ours = figures.find(({ what }) => what === OURS)!
  printTable(
    `Balances of a ledger of ${figure(ours.transactions)} transactions, seconds; the others read a file of plain text`,
    ['what', 'seconds', 'of our trial balance', 'goal'],
    figures.map(({ what, seconds }) => [
      what,
      figure(seconds),
      figure(seconds / ours.seconds),
      what.includes('ours') ? '' : '≥ 1,000 of a million',
    ]),
  )
}

function goalOf(question: string): string {
  if (question.includes('of a date, ') || question.startsWith('entries')) return ''
  return question.startsWith('trial') ? '≤ 10, ratio ≤ 1.5' : '≤ 1, ratio ≤ 1.5'
}
