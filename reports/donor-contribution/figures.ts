import type { DonorReport, StageFigures } from '../../server/donor-reports/figures.ts'
import type { FigureList } from '../engine/figure-list.ts'
import { moneyFrom, moneyText, subtract, isZero, sum, type Money } from '../../server/money.ts'
import type { Wording } from '../texts/wording.ts'

/** The stages that money with spending authority passes through, in that order. It is in exactly one at a time. */
const STAGES = ['supportCost', 'available', 'ready', 'reserved', 'committed', 'disbursed', 'reported'] as const

const PROMISES = [
  'pledged',
  'agreed',
  'received',
  'outstanding',
  'writtenOff',
  'bankCharges',
  'exchangeDifference',
] as const

const OF_DISBURSED = ['toBeRecovered', 'recoveryGivenUp'] as const

/** A report whose stages do not add up would be wrong somewhere: it must not leave the house, so this throws. */
export function assertStagesAddUp(report: DonorReport): void {
  assertSum('the totals', report.totals)
  for (const { code, figures } of report.contributions) assertSum(`contribution ${code}`, figures)
}

/** What the stages are together: added up from the figures that are printed, not taken from the authority. */
export function sumOfStages(figures: StageFigures): Money {
  return sum(
    STAGES.map((stage) => moneyFrom(figures[stage])),
    figures.authority.currency,
  )
}

/** What was promised and what arrived. */
export function promiseList(figures: StageFigures, wording: Wording): FigureList {
  return {
    title: wording.say('promisedAndReceived'),
    rows: PROMISES.map((name) => ({ label: wording.say(name), figure: wording.amount(figures[name]) })),
  }
}

/** The authority, its stages, and their sum, which is the authority again. */
export function stageList(figures: StageFigures, wording: Wording): FigureList {
  return {
    title: wording.say('whereTheMoneyIs'),
    rows: [
      { label: wording.say('authority'), figure: wording.amount(figures.authority), look: 'strong' },
      ...STAGES.map((name) => ({ label: wording.say(name), figure: wording.amount(figures[name]) })),
      { label: wording.say('sumOfStages'), figure: wording.amount(moneyText(sumOfStages(figures))), look: 'sum' },
      // Below the sum, for they are parts of what is disbursed; a report without any says nothing of them.
      ...OF_DISBURSED.filter((name) => !isZero(moneyFrom(figures[name]))).map((name) => ({
        label: wording.say(name),
        figure: wording.amount(figures[name]),
      })),
    ],
  }
}

function assertSum(whose: string, figures: StageFigures): void {
  const stages = sumOfStages(figures)
  if (isZero(subtract(stages, moneyFrom(figures.authority)))) return
  throw new Error(
    `the stages of ${whose} are ${moneyText(stages).amount}, the authority is ${figures.authority.amount}`,
  )
}
