import type { ForecastTold } from '../server/forecast/queries.ts'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Day, Figure, Name, Said, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type ForecastShown = {
  readonly fund: { readonly id: string; readonly currency: string }
  readonly forecast: ForecastTold
  readonly today: string
}

const SCENARIOS = ['low', 'expected', 'high'] as const

/** When the ready money runs out, and on what that answer rests. */
export function forecastPage(frame: Omit<Frame, 'title'>, shown: ForecastShown): string {
  const { t } = frame
  const { fund, forecast, today } = shown
  return page(
    { ...frame, title: t.forecast.title },
    <>
      <h1>{t.forecast.title}</h1>
      <form class="filter" method="get" action={`/funds/${fund.id}/forecast`}>
        <label for="on">{t.forecast.on}</label>
        <input id="on" name="on" type="date" value={forecast.on} max={today} />
        <button>{t.forecast.show}</button>
      </form>
      <Answer {...shown} t={t} />
      <Basis {...shown} t={t} />
      <Course {...shown} t={t} />
      <Receipts {...shown} t={t} />
      <Commitments {...shown} t={t} />
      <Spending {...shown} t={t} />
    </>,
  )
}

type Part = ForecastShown & { readonly t: Texts }

function Answer({ forecast, t }: Part) {
  const words = t.forecast
  const figures = [words.burn]
  return (
    <section aria-labelledby="answer">
      <h2 id="answer">{words.answer}</h2>
      <Table caption={words.answer}>
        <Columns names={[words.scenario, words.runsOut, words.burn]} figures={figures} />
        <tbody>
          {SCENARIOS.map((name) => {
            const { on, burn } = forecast.runsOut[name]
            return (
              <tr>
                <th scope="row">
                  <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
                    <rect class={`course-fill-${name}`} width="10" height="10" />
                  </svg>
                  {words.scenarios[name]}
                </th>
                <td>{on === null ? words.never : <Day on={on} t={t} />}</td>
                <td class="figure">
                  <Amount of={burn} />
                </td>
              </tr>
            )
          })}
        </tbody>
      </Table>
    </section>
  )
}

function Basis({ forecast, t }: Part) {
  const words = t.forecast
  const { ready, runsOut, history, spending } = forecast
  return (
    <section aria-labelledby="basis">
      <h2 id="basis">{words.basis}</h2>
      <p>
        <Said
          text={words.basisSays}
          on={<Day on={forecast.on} t={t} />}
          ready={<Amount of={ready.total} />}
          available={<Amount of={ready.available} />}
          setAside={<Amount of={ready.setAside} />}
        />{' '}
        {isNonZero(ready.reserve.amount) && <Said text={words.reserveSays} reserve={<Amount of={ready.reserve} />} />}
      </p>
      <p>
        <Said text={words.receiptsSay} receipts={history.receipts} donors={history.donors} />
      </p>
      <p>
        {spending.every(({ paid }) => !isNonZero(paid.amount)) ? (
          words.noPayments
        ) : (
          <Said
            text={words.burnSays}
            expected={<Amount of={runsOut.expected.burn} />}
            low={<Amount of={runsOut.low.burn} />}
            high={<Amount of={runsOut.high.burn} />}
          />
        )}
      </p>
    </section>
  )
}

const isNonZero = (amount: string) => /[1-9]/.test(amount)

function Course({ forecast, fund, t }: Part) {
  const words = t.forecast
  const names = SCENARIOS.map((name) => words.short[name])
  const figures = [...names, words.due]
  return (
    <section aria-label={words.chart}>
      <Chart course={forecast.course} t={t} />
      <div id="course-table">
        <Table caption={<Said text={words.courseCaption} currency={<bdi>{fund.currency}</bdi>} />}>
          <Columns names={[words.day, ...figures]} figures={figures} />
          <tbody>
            {forecast.course.map((point) => (
              <tr>
                <th scope="row">
                  <Day on={point.on} t={t} />
                </th>
                {[...SCENARIOS.map((name) => point[name]), point.due].map(({ amount }) => (
                  <td class="figure">
                    <Figure of={amount} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      </div>
    </section>
  )
}

const WIDTH = 1000
const HEIGHT = 320n
const TOP = 10n

/** Three lines over one axis at nothing; time runs from the side at which the language begins. */
function Chart({ course, t }: { course: ForecastTold['course']; t: Texts }) {
  const units = (amount: string) => BigInt(amount.replace('.', ''))
  const all = course.flatMap((point) => SCENARIOS.map((name) => units(point[name].amount)))
  const most = all.reduce((a, b) => (a > b ? a : b), 0n)
  // Far below nothing all lines look alike: as much is shown below the axis as above it, at most.
  const lowest = all.reduce((a, b) => (a < b ? a : b), 0n)
  const least = lowest < -most ? -most : lowest
  const span = most - least === 0n ? 1n : most - least
  const y = (value: bigint) => TOP + ((most - (value < least ? least : value)) * HEIGHT) / span
  const x = (i: number) => {
    const along = Math.trunc((i * WIDTH) / (course.length - 1))
    return t.direction === 'rtl' ? WIDTH - along : along
  }
  return (
    <svg
      class="course"
      viewBox={`0 0 ${WIDTH} ${HEIGHT + 2n * TOP}`}
      role="img"
      aria-label={t.forecast.chart}
      aria-describedby="course-table"
    >
      <line class="course-axis" x1="0" x2={WIDTH} y1={String(y(0n))} y2={String(y(0n))} />
      {SCENARIOS.map((name) => (
        <polyline
          class={`course-line course-line-${name}`}
          points={course.map((point, i) => `${x(i)},${y(units(point[name].amount))}`).join(' ')}
        />
      ))}
    </svg>
  )
}

function Receipts({ forecast, fund, t }: Part) {
  const words = t.forecast
  const { receipts, foreseen } = forecast
  const figures = [words.outstanding, words.net]
  if (receipts.length === 0)
    return (
      <section aria-labelledby="receipts">
        <h2 id="receipts">{words.receipts}</h2>
        <p class="calm">{words.noReceipts}</p>
      </section>
    )
  return (
    <section aria-labelledby="receipts">
      <h2 id="receipts">{words.receipts}</h2>
      <p>
        <Said
          text={words.sums}
          dated={<Amount of={foreseen.dated} />}
          conditional={<Amount of={foreseen.conditional} />}
          undated={<Amount of={foreseen.undated} />}
        />
      </p>
      <Table caption={<Said text={words.receiptsCaption} currency={<bdi>{fund.currency}</bdi>} />}>
        <Columns
          names={[
            words.contribution,
            words.donor,
            words.kind,
            ...figures,
            words.early,
            words.middle,
            words.late,
            words.by,
          ]}
          figures={figures}
        />
        <tbody>
          {receipts.map((one) => (
            <tr>
              <th scope="row">
                <a href={`/contributions/${one.contributionId}`}>
                  <Code>{one.code}</Code>
                </a>
              </th>
              <td>
                <Name>{one.donor}</Name>
              </td>
              <td>{words.kinds[one.kind]}</td>
              {[one.outstanding, one.net].map(({ amount }) => (
                <td class="figure">
                  <Figure of={amount} />
                </td>
              ))}
              {[one.early, one.middle, one.late].map((on) => (
                <td>{on === null ? t.none : <Day on={on} t={t} />}</td>
              ))}
              <td>
                <Said text={words.bases[one.basis]} n={one.receipts} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  )
}

function Commitments({ forecast, fund, t }: Part) {
  const words = t.forecast
  const { commitments } = forecast
  return (
    <section aria-labelledby="commitments">
      <h2 id="commitments">{words.commitments}</h2>
      <p>
        <Said
          text={words.commitmentsSay}
          reserved={<Amount of={commitments.reserved} />}
          committed={<Amount of={commitments.committed} />}
        />
      </p>
      {commitments.due.length > 0 && (
        <Table caption={<Said text={words.dueCaption} currency={<bdi>{fund.currency}</bdi>} />}>
          <Columns names={[words.day, words.stage, words.due]} figures={[words.due]} />
          <tbody>
            {commitments.due.map((due) => (
              <tr>
                <th scope="row">
                  <Day on={due.on} t={t} />
                </th>
                <td>{wordFor(t.stages, due.stage)}</td>
                <td class="figure">
                  <Figure of={due.amount.amount} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  )
}

function Spending({ forecast, fund, t }: Part) {
  const words = t.forecast
  return (
    <section aria-labelledby="spending">
      <h2 id="spending">{words.spending}</h2>
      <Table caption={<Said text={words.spendingCaption} currency={<bdi>{fund.currency}</bdi>} />}>
        <Columns names={[words.period, words.paid]} figures={[words.paid]} />
        <tbody>
          {forecast.spending.map((quarter) => (
            <tr>
              <th scope="row">
                <Day on={quarter.from} t={t} /> – <Day on={quarter.to} t={t} />
              </th>
              <td class="figure">
                <Figure of={quarter.paid.amount} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  )
}
