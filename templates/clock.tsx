import type { Figure } from '../server/clock/figures.ts'
import type { RequestClock } from '../server/clock/queries.ts'
import type { StepWaiting } from '../server/clock/waiting.ts'
import { Duration } from './duration.tsx'
import { page, type Frame } from './page.tsx'
import { Code, Columns, Facts, Moment, Name, Said, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type ClockShown = {
  readonly fundId: string
  readonly waiting: readonly StepWaiting[]
  readonly figures: readonly Figure[]
  /** What the figures are broken down by. */
  readonly by: string
}

/** What is late and with whom, what will be late next, and how long everything took. */
export function clockPage(frame: Omit<Frame, 'title'>, { fundId, waiting, figures, by }: ClockShown): string {
  const { t } = frame
  const words = t.clock
  const address = `/funds/${fundId}/clock`
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      <p class="lead">{words.intro}</p>
      <h2>{words.late}</h2>
      <Waiting items={waiting.filter(({ late }) => late)} caption={words.late} empty={words.nothingLate} t={t} />
      <h2>{words.next}</h2>
      <Waiting items={waiting.filter(({ late }) => !late)} caption={words.next} empty={words.nothingOpen} t={t} />
      <h2>{words.figures}</h2>
      <form class="filter" method="get" action={address}>
        <label for="by">{words.by}</label>
        <select id="by" name="by">
          {Object.entries(words.dimensions).map(([value, label]) => (
            <option value={value} selected={value === by}>
              {label}
            </option>
          ))}
        </select>
        <button>{t.requests.show}</button>{' '}
        <a href={`/api/v1${address}/figures?format=csv${by === 'none' ? '' : `&by=${by}`}`}>{words.file}</a>
      </form>
      <Figures items={figures} by={by} t={t} />
      <p class="hint">{words.percentilesAre}</p>
    </>,
  )
}

type List = {
  readonly items: readonly StepWaiting[]
  readonly caption: string
  readonly empty: string
  readonly t: Texts
}

function Waiting({ items, caption, empty, t }: List) {
  const words = t.clock
  if (items.length === 0) return <p class="calm">{empty}</p>
  return (
    <Table caption={caption}>
      <Columns names={[t.requests.code, words.step, words.left, words.target, words.since, words.owners]} />
      <tbody>
        {items.map((one) => (
          <tr>
            <th scope="row">
              {one.requestId === null ? (
                words.confidential
              ) : (
                <a href={`/requests/${one.requestId}`}>
                  <Code>{one.code}</Code> <Name>{one.title}</Name>
                </a>
              )}
            </th>
            <td>{stepName(one.step, t)}</td>
            <td>
              <Left ms={one.leftMs} t={t} />
              {one.paused && <div class="quiet">{wordFor(words.reasons, one.paused)}</div>}
            </td>
            <td>
              <Duration ms={one.targetMs} t={t} />
            </td>
            <td>
              <Moment at={one.since} t={t} />
            </td>
            <td class="wide">
              <Owners of={one.owners} t={t} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

/** How much of its time something has left, or by how much it is late. */
export function Left({ ms, t }: { ms: number; t: Texts }) {
  const late = ms < 0
  return (
    <span class={late ? 'alarm' : undefined}>
      <Said text={late ? t.clock.overBy : t.clock.timeLeft} time={<Duration ms={ms} t={t} />} />
    </span>
  )
}

function Owners({ of, t }: { of: StepWaiting['owners']; t: Texts }) {
  return (
    <>
      {of.map(({ role, people }) => (
        <div>
          {wordFor(t.roles, role)}
          {people.map(({ name }, i) => (
            <>
              {i === 0 ? ': ' : ', '}
              <Name>{name}</Name>
            </>
          ))}
        </div>
      ))}
    </>
  )
}

function Figures({ items, by, t }: { items: readonly Figure[]; by: string; t: Texts }) {
  const words = t.clock
  if (items.length === 0) return <p class="calm">{words.noFigures}</p>
  const of = (one: Figure) =>
    by === 'lane'
      ? wordFor(t.lanes, one.lane ?? '')
      : by === 'month'
        ? one.month
        : (one.entity?.name ?? words.confidential)
  const more = by === 'none' ? [] : [words.dimensions[by as keyof typeof words.dimensions]]
  return (
    <Table caption={words.figures}>
      <Columns
        names={[
          words.step,
          ...more,
          words.count,
          words.median,
          words.p90,
          words.p95,
          words.longest,
          words.target,
          words.within,
        ]}
        figures={[words.count]}
      />
      <tbody>
        {items.map((one) => (
          <tr>
            <th scope="row">{measureName(one.measure, t)}</th>
            {by !== 'none' && (
              <td>
                <Name>{of(one)}</Name>
              </td>
            )}
            <td class="figure">{one.count}</td>
            {[one.p50Ms, one.p90Ms, one.p95Ms, one.maxMs].map((ms) => (
              <td>
                <Duration ms={ms} t={t} />
              </td>
            ))}
            <td>{one.targetMs === null ? t.none : <Targets {...one.targetMs} t={t} />}</td>
            <td>
              {one.measured === 0 ? t.none : <Said text={words.withinOf} within={one.within} all={one.measured} />}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Targets({ least, most, t }: { least: number; most: number; t: Texts }) {
  if (least === most) return <Duration ms={most} t={t} />
  return <Said text={t.clock.between} least={<Duration ms={least} t={t} />} most={<Duration ms={most} t={t} />} />
}

/** The running clock of a request: where it stands, since when, with whom, how long it may still take, and every pause. */
export function ClockOfRequest({ clock, t }: { clock: RequestClock; t: Texts }) {
  const words = t.clock
  const { now } = clock
  if (clock.state === 'not_started') return <p class="calm">{words.notStarted}</p>
  return (
    <>
      <Facts
        of={[
          [words.state, words.states[clock.state]],
          [words.elapsed, <Duration ms={clock.elapsedMs} t={t} />],
          [words.wholeTarget, clock.targetMs !== null && <Duration ms={clock.targetMs} t={t} />],
          now ? [words.step, stepName(now.step, t)] : undefined,
          now ? [words.since, <Moment at={now.since} t={t} />] : undefined,
          now && now.leftMs !== null ? [words.left, <Left ms={now.leftMs} t={t} />] : undefined,
          now?.dueAt ? [words.due, <Moment at={now.dueAt} t={t} />] : undefined,
          now ? [words.owners, <Owners of={now.owners} t={t} />] : undefined,
        ]}
      />
      <Table caption={words.stepsCaption}>
        <Columns names={[words.step, t.request.round, words.took, words.paused, words.target, words.takenBy]} />
        <tbody>
          {clock.steps.map((step) => (
            <tr>
              <th scope="row">{stepName(step.step, t)}</th>
              <td>{step.round}</td>
              <td class={step.late ? 'alarm' : undefined}>
                <Duration ms={step.elapsedMs} t={t} />
              </td>
              <td>{step.pausedMs === 0 ? t.none : <Duration ms={step.pausedMs} t={t} />}</td>
              <td>{step.targetMs === null ? t.none : <Duration ms={step.targetMs} t={t} />}</td>
              <td>
                {step.taken.length === 0
                  ? t.none
                  : step.taken.map(({ by }) => <div>{by && <Name>{by.name}</Name>}</div>)}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {clock.pauses.length > 0 && <Pauses clock={clock} t={t} />}
    </>
  )
}

function Pauses({ clock, t }: { clock: RequestClock; t: Texts }) {
  const words = t.clock
  return (
    <Table caption={words.pauses}>
      <Columns names={[words.reason, words.step, words.begun, words.ended, words.note]} />
      <tbody>
        {clock.pauses.map((one) => (
          <tr>
            <th scope="row">{wordFor(words.reasons, one.reason)}</th>
            <td>{stepName(one.step, t)}</td>
            <td>
              <Moment at={one.begunAt} t={t} /> {one.begunBy && <Name>{one.begunBy}</Name>}
            </td>
            <td>
              {one.endedAt ? <Moment at={one.endedAt} t={t} /> : t.none} {one.endedBy && <Name>{one.endedBy}</Name>}
            </td>
            <td class="wide">{one.note ? <Name>{one.note}</Name> : t.none}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function stepName(step: string, t: Texts): string {
  const number = /^approval_(\d+)$/.exec(step)?.[1]
  return number ? t.clock.approval.replace('{n}', number) : wordFor(t.clock.measures, step)
}

function measureName(measure: string, t: Texts): string {
  return wordFor({ ...t.roles, ...t.clock.measures }, measure)
}
