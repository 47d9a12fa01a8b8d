import type { ApiFigures } from './api.ts'
import { median, type Measured } from './measure.ts'
import { BATCH_2, BATCH_6, BUILDER, LIMIT, LOGGED, ONE_ACT_2, ONE_ACT_6, SEALED_BATCH, TRANSFER } from './posting.ts'
import type { QueryFigures, ReportFigures } from './report.ts'
import { figure, printTable, range, ratio } from './table.ts'

/** How the figures are told: each table with its ratios, and the goals of the ratios where there are any. */

export function printPosting(measured: readonly Measured[]): void {
  const limit = found(measured, LIMIT, '32 clients')
  printTable(
    'Entries posted per second',
    ['what', 'on', 'per second', 'lowest–highest', 'of the limit'],
    measured.map(({ name, variant, perSecond }) => [
      name,
      variant,
      figure(median(perSecond)),
      range(perSecond),
      ratio(perSecond, limit),
    ]),
  )
  const of = (name: string, variant: string) => found(measured, name, variant)
  const best = (name: string, where: string) =>
    [of(name, `${where}, 1 client`), of(name, `${where}, 2 clients`)].sort((a, b) => median(b) - median(a))[0]!
  const hot = 'one hot account'
  const transfers = of(TRANSFER, 'spread')
  printTable(
    'Ratios of posting',
    ['this', 'to that', 'ratio', 'goal'],
    [
      [`${BATCH_6}, spread`, 'the limit at 32 clients', ratio(best(BATCH_6, 'spread'), limit), '≥ 0.7'],
      [`${BATCH_2}, spread`, 'the limit at 32 clients', ratio(best(BATCH_2, 'spread'), limit), ''],
      [`${BATCH_6}, spread`, 'one function call per transfer', ratio(best(BATCH_6, 'spread'), transfers), '≥ 8'],
      [`${BATCH_2}, spread`, 'one function call per transfer', ratio(best(BATCH_2, 'spread'), transfers), ''],
      [`${BATCH_6}, spread`, 'volumes, moves and a log', ratio(best(BATCH_6, 'spread'), of(LOGGED, 'spread')), '≥ 20'],
      [`${BATCH_2}, spread`, 'volumes, moves and a log', ratio(best(BATCH_2, 'spread'), of(LOGGED, 'spread')), ''],
      [
        SEALED_BATCH,
        'the same, nobody sealing',
        ratio(of(SEALED_BATCH, 'spread, 2 clients'), of(BATCH_6, 'spread, 2 clients')),
        '≥ 0.9',
      ],
      [`${BATCH_2}, ${hot}`, 'one function call per transfer', ratio(best(BATCH_2, hot), of(TRANSFER, hot)), '≥ 20'],
      [`${BATCH_2}, ${hot}`, 'the same, spread', ratio(best(BATCH_2, hot), best(BATCH_2, 'spread')), '≥ 0.9'],
      [`${ONE_ACT_2}, spread`, 'one function call per transfer', ratio(of(ONE_ACT_2, 'spread'), transfers), '≥ 1.5'],
      [`${ONE_ACT_2}, spread`, 'five statements', ratio(of(ONE_ACT_2, 'spread'), of(BUILDER, 'spread')), '≥ 3'],
      [`${ONE_ACT_2}, ${hot}`, 'five statements', ratio(of(ONE_ACT_2, hot), of(BUILDER, hot)), ''],
      [`${ONE_ACT_6}, spread`, 'the limit at 32 clients', ratio(of(ONE_ACT_6, 'spread'), limit), ''],
    ],
  )
}

export function printApi({ reads, submits }: ApiFigures): void {
  printTable(
    'Requests served per second, 16 connections',
    ['what', 'per second', 'lowest–highest', 'of the bare one', 'processor µs per request', 'of the bare one'],
    [reads, submits].flatMap(([service, bare]) =>
      [service, bare].map(({ name, perSecond, cpuUs }) => [
        name,
        figure(median(perSecond)),
        range(perSecond),
        ratio(perSecond, bare.perSecond),
        figure(median(cpuUs)),
        ratio(cpuUs, bare.cpuUs),
      ]),
    ),
  )
}

/** The first of some times is the cold one, the others are warm. */
export function printReports(figures: readonly ReportFigures[], queries: readonly QueryFigures[]): void {
  printTable(
    'Donor report written, milliseconds; "plain" is pdfkit writing the same cells at fixed places: no table, no tags',
    [
      'lines',
      'language',
      'by',
      'first',
      'later',
      'lowest–highest',
      'of plain',
      'processor',
      'of plain',
      'KB',
      'peak MB',
    ],
    figures.flatMap(({ lines, language, report, plain }) =>
      (['report', 'plain'] as const).map((by) => {
        const { ms, cpuMs, bytes, peakMb } = by === 'report' ? report : plain
        return [
          figure(lines),
          language,
          by,
          figure(ms[0]!),
          figure(median(ms.slice(1))),
          range(ms.slice(1)),
          ratio(ms.slice(1), plain.ms.slice(1)),
          figure(median(cpuMs.slice(1))),
          ratio(cpuMs.slice(1), plain.cpuMs.slice(1)),
          figure(bytes / 1024),
          figure(peakMb),
        ]
      }),
    ),
  )
  printTable(
    'Figures of a donor report read from the ledger, milliseconds',
    ['lines', 'first', 'later', 'lowest–highest'],
    queries.map(({ lines, ms }) => [figure(lines), figure(ms[0]!), figure(median(ms.slice(1))), range(ms.slice(1))]),
  )
}

function found(measured: readonly Measured[], name: string, variant: string): readonly number[] {
  const one = measured.find((candidate) => candidate.name === name && candidate.variant === variant)
  if (!one) throw new Error(`${name}, ${variant} was not measured`)
  return one.perSecond
}
