import type { MoneyText } from '../server/money.ts'
import { Columns, Figure, Said, Table } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

/** In the order in which money passes through them. */
const STAGES = ['support', 'available', 'ready', 'reserved', 'committed', 'disbursed', 'reported'] as const
type StageName = (typeof STAGES)[number]

const WIDTH = 1000n

/** Money by stage as a bar drawn by the server, with the same figures in a table behind it. */
export function StageStatus({
  stages,
  currency,
  t,
  id,
}: {
  stages: Record<string, MoneyText>
  currency: string
  t: Texts
  id: string
}) {
  const found = STAGES.flatMap((name) => (stages[name] ? [{ name, amount: stages[name].amount }] : []))
  if (found.every(({ amount }) => unitsOf(amount) === 0n)) return <p>{t.home.noMoney}</p>
  const parts = found.filter(({ amount }) => unitsOf(amount) !== 0n)
  return (
    <>
      <svg
        class="bar"
        viewBox={`0 0 ${WIDTH} 24`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t.home.barLabel}
        aria-describedby={id}
      >
        {segments(parts, t.direction).map(({ name, x, width }) => (
          <rect class={`stage-${name}`} x={String(x)} y="0" width={String(width)} height="24" />
        ))}
      </svg>
      <div id={id}>
        <Table caption={<Said text={t.home.statusCaption} currency={<bdi>{currency}</bdi>} />}>
          <Columns names={[t.home.stage, t.requests.amount]} figures={[t.requests.amount]} />
          <tbody>
            {found.map(({ name, amount }) => (
              <tr>
                <th scope="row">
                  <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
                    <rect class={`stage-${name}`} width="10" height="10" />
                  </svg>
                  {t.stages[name]} <span class="meaning">{t.stageMeanings[name]}</span>
                </th>
                <td class="figure">
                  <Figure of={amount} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      </div>
    </>
  )
}

/** Where each part of the bar begins and how long it is, in thousandths; read from the side at which the language begins. */
function segments(parts: { name: StageName; amount: string }[], direction: 'ltr' | 'rtl') {
  const whole = parts.reduce((all, { amount }) => all + positive(amount), 0n)
  let before = 0n
  return parts.map(({ name, amount }) => {
    const from = whole === 0n ? 0n : (before * WIDTH) / whole
    before += positive(amount)
    const until = whole === 0n ? 0n : (before * WIDTH) / whole
    return { name, x: direction === 'rtl' ? WIDTH - until : from, width: until - from }
  })
}

/** Only the operating reserve can be below zero, and what is not there has no length. */
function positive(amount: string): bigint {
  const units = unitsOf(amount)
  return units < 0n ? 0n : units
}

/** All amounts of a bar are of one currency, so without their points they compare as whole numbers. */
function unitsOf(amount: string): bigint {
  return BigInt(amount.replace('.', ''))
}
