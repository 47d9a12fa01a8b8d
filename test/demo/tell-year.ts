import type { Office } from './office.ts'

type Figure = {
  measure: string
  lane: string | null
  count: number
  p50Ms: number
  p90Ms: number
  p95Ms: number
  maxMs: number
  targetMs: { least: number; most: number } | null
  measured: number
  within: number
}

const say = (line = '') => console.log(line)
const hours = (ms: number) => `${(ms / 3_600_000).toFixed(1)} h`

/** Tells how long everything took against the targets, what was refused and why, how requests ended; and whether the books are whole. */
export async function tellYear(
  office: Office,
  { requests, seconds }: { requests: number; seconds: number },
): Promise<boolean> {
  const { count, people, fundId } = office
  const { body: rules } = await people.auditor!.must('GET', `/funds/${fundId}/policies`)
  const clock = (rules.items as { subject: string; terms: { percentiles: Record<string, number> } }[]).findLast(
    ({ subject }) => subject === 'clock',
  )!
  const { body: figures } = await people.auditor!.must('GET', `/funds/${fundId}/clock/figures?by=lane`)
  say(`\nA year of ${requests} requests, told in ${seconds} s`)
  say(
    `\n${'step'.padEnd(20)}${'lane'.padEnd(11)}${'count'.padStart(6)}${'p50'.padStart(10)}${'p90'.padStart(10)}${'p95'.padStart(10)}${'max'.padStart(10)}  target            in time  wanted`,
  )
  for (const one of figures.items as Figure[]) {
    const { targetMs: target } = one
    const until = !target
      ? ''
      : target.least === target.most
        ? hours(target.most)
        : `${hours(target.least)} - ${hours(target.most)}`
    const share = one.measured ? `${((one.within * 100) / one.measured).toFixed(1)} %` : ''
    // Of a hundred so many are to keep the target of a whole; a single step has none, for the next can make good for it.
    const wanted = clock.terms.percentiles[one.measure]
    const kept = wanted === undefined ? '' : `${wanted} %${one.within * 100 < wanted * one.measured ? ', MISSED' : ''}`
    const times = [one.p50Ms, one.p90Ms, one.p95Ms, one.maxMs].map((ms) => hours(ms).padStart(10)).join('')
    say(
      `${one.measure.padEnd(20)}${(one.lane ?? '').padEnd(11)}${String(one.count).padStart(6)}${times}  ${until.padEnd(18)}${share.padStart(7)}  ${kept}`.trimEnd(),
    )
  }
  const ends = [...count.ends].sort((a, b) => b[1] - a[1])
  const ofAdvances = (how: string) => how.startsWith('advance ')
  say('\nHow requests ended')
  for (const [how, times] of ends.filter(([how]) => !ofAdvances(how))) say(`${String(times).padStart(6)}  ${how}`)
  say('\nAnd the no-regret advances among them')
  for (const [how, times] of ends.filter(([how]) => ofAdvances(how))) say(`${String(times).padStart(6)}  ${how}`)
  say('\nWhat was refused, and why')
  for (const [code, { times, example }] of [...count.refused].sort((a, b) => b[1].times - a[1].times))
    say(`${String(times).padStart(6)}  ${code.padEnd(28)} ${example}`)
  const { body: balance } = await people.auditor!.must('GET', `/funds/${fundId}/ledger/trial-balance`)
  say(
    `\n${count.acts} acts; after ${count.unsound === 0 ? 'each' : `all but ${count.unsound}`} of them the stages of every contribution added up to what was given.`,
  )
  say(balance.balanced ? 'The trial balance balances.' : 'THE TRIAL BALANCE DOES NOT BALANCE.')
  return count.unsound === 0 && balance.balanced === true
}
