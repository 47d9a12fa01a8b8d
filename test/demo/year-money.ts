import type { Course } from './agenda.ts'
import { act, type Office } from './office.ts'

const DONORS: [name: string, kind: string, millions: number, earmark: object][] = [
  ['Ministry of Foreign Affairs of Qatar', 'government', 26, { level: 'unearmarked' }],
  ['Royal Ministry of Foreign Affairs of Norway', 'government', 20, { level: 'unearmarked' }],
  ['وزارة الخارجية', 'government', 9, { level: 'softly', regions: ['Middle East', 'East Africa'] }],
  ['Foundation for Quiet Diplomacy', 'foundation', 4, { level: 'earmarked', phases: ['implementation'] }],
  [
    'Ministry for Europe and Foreign Affairs of France',
    'government',
    12,
    { level: 'softly', regions: ['West Africa', 'Central Africa'] },
  ],
  ['Федеральный фонд мира', 'foundation', 3, { level: 'tightly', regions: ['Central Asia'] }],
]
const QUARTER_MINUTES = (366 / 4) * 24 * 60

/** Each quarter the donors pledge, sign, and pay some weeks later; one of them pays late. */
export async function* moneyCourse(office: Office): Course {
  const { people, fundId, bankId, agenda, chance } = office
  const manager = people.fund_manager!
  const donors: string[] = []
  for (const [name, kind] of DONORS)
    donors.push((await manager.must('POST', `/funds/${fundId}/donors`, { name, kind })).body.id)
  const usd = (millions: number) => ({ amount: `${Math.round(millions * 250_000)}.00`, currency: 'USD' })
  for (let quarter = 0; quarter < 4; quarter += 1) {
    for (const [i, [, , millions, earmark]] of DONORS.entries()) {
      const on = agenda.clock().toISOString().slice(0, 10)
      const pledge = { donorId: donors[i], pledgedOn: on, amount: usd(millions), earmark }
      const { body } = await act(office, manager, 'POST', `/funds/${fundId}/contributions`, pledge)
      const terms = {
        conditional: false,
        amount: usd(millions),
        signedOn: on,
        supportCost: { rateBps: 700, base: 'deposit' },
      }
      await act(office, manager, 'POST', `/contributions/${body.id}/agreements`, terms)
      const weeks = (i === 4 ? 6 : 1) + chance.next() * 2
      agenda.begin(
        new Date(agenda.clock().getTime() + weeks * 7 * 86_400_000 * (quarter === 0 ? 0.1 : 1)),
        receipt(body.id, millions),
      )
    }
    yield QUARTER_MINUTES
  }

  async function* receipt(contributionId: string, millions: number): Course {
    // Until somebody has looked at the statement.
    yield chance.minutes(240)
    const receivedOn = agenda.clock().toISOString().slice(0, 10)
    const receipt = {
      receivedOn,
      bankAccountId: bankId,
      sent: usd(millions),
      bankValue: usd(millions),
      reference: 'by transfer',
    }
    await act(office, people.treasurer!, 'POST', `/contributions/${contributionId}/receipts`, receipt)
  }
}
