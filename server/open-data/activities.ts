import { moneyText, type Money } from '../money.ts'
import { countryCode, regionCode } from './codes.ts'
import { tellActivities, together, type Mission, type Transaction } from './policy.ts'
import type { Publication } from './queries.ts'
import { DECLARATION, element, text, type Node } from './xml.ts'

/**
 * Activities and their transactions as IATI 2.03 has them: the fund itself, into which donors pay, and below it each mission that money
 * went to. The elements are in the order that the standard asks for.
 */

export type Activity = {
  readonly identifier: string
  readonly title: string
  readonly description: string
  readonly parent: boolean
  readonly startsOn: string
  readonly endedOn: string | null
  readonly place: { readonly country: string } | { readonly region: string }
  readonly transactions: readonly Transaction[]
}

/** Every activity of a fund, itself first. Nothing in them names a confidential mission. */
export function activitiesOf(publication: Publication): Activity[] {
  const { fund, publisher, incoming, missions, position } = publication
  const base = `${publisher.reference}-${fund.code}`
  const told = tellActivities(missions)
  const as = { currency: fund.currency, today: position.day }
  const grouped = (group: readonly Mission[], id: string): Transaction[] =>
    together(group, as).map((one) => ({
      ...one,
      reference: `${id}-${one.type}-${one.on.slice(0, 4)}`,
      description: `${GIVEN[one.type]}, of missions told together`,
    }))
  const days = [...incoming.map(({ on }) => on), ...missions.map(({ startsOn }) => startsOn), position.day].sort()
  return [
    {
      identifier: base,
      title: fund.name,
      description: 'A fund that starts mediation at short notice when a crisis breaks.',
      parent: true,
      startsOn: days[0]! < fund.openedOn ? days[0]! : fund.openedOn,
      endedOn: null,
      place: { region: '998' },
      transactions: [...incoming, ...grouped(told.ofFund, 'confidential')],
    },
    ...told.open.map((mission): Activity => {
      const country = countryCode(mission.country)
      return {
        identifier: `${base}-${mission.process}`,
        title: mission.name!,
        description: `Mediation ${PHASES[mission.phase] ?? ''} in ${mission.country}.`.replace('  ', ' '),
        parent: false,
        startsOn: mission.startsOn,
        endedOn: mission.endedOn !== null && mission.endedOn <= position.day ? mission.endedOn : null,
        place: country === undefined ? { region: regionCode(mission.region) } : { country },
        transactions: mission.movements.map((one) => ({
          reference: one.entry,
          type: one.type,
          on: one.on,
          amount: one.amount,
          description: GIVEN[one.type],
          receiver: one.receiver,
        })),
      }
    }),
    ...told.together.map(({ region, missions: group }): Activity => {
      const id = region === null ? 'confidential' : `confidential-${slug(region)}`
      return {
        identifier: `${base}-${id}`,
        title: region === null ? 'Confidential mediation' : `Confidential mediation, ${region}`,
        description: 'Missions whose names are not told, together.',
        parent: false,
        startsOn:
          group
            .map(({ startsOn }) => startsOn)
            .sort()[0]!
            .slice(0, 4) + '-01-01',
        endedOn: null,
        place: { region: region === null ? '998' : regionCode(region) },
        transactions: grouped(group, id),
      }
    }),
  ]
}

const GIVEN = { '2': 'Committed to a mission', '3': 'Paid to a partner', '4': 'Paid for a mission' } as const

const PHASES: Record<string, string> = {
  before_escalation: 'before escalation',
  after_violence: 'after violence',
  implementation: 'in the implementation of an agreement',
}

/** A publication as an IATI activities file; of one activity alone where one is asked for. Undefined where there is none of that name. */
export function activitiesFile(publication: Publication, identifier?: string): string | undefined {
  const all = activitiesOf(publication)
  const asked = identifier === undefined ? all : all.filter((one) => one.identifier === identifier)
  if (asked.length === 0) return undefined
  const made = publication.position.sealedAt.toISOString()
  return (
    DECLARATION +
    element(
      'iati-activities',
      { version: '2.03', 'generated-datetime': made },
      ...asked.map((one) => activity(publication, one, all)),
    )
  )
}

function activity(publication: Publication, one: Activity, all: readonly Activity[]): Node {
  const { fund, publisher, position } = publication
  const [fundItself, ...below] = all as [Activity, ...Activity[]]
  const related = one.parent
    ? below.map(({ identifier }) => element('related-activity', { ref: identifier, type: '2' }))
    : [element('related-activity', { ref: fundItself.identifier, type: '1' })]
  const ended = one.endedOn !== null
  return element(
    'iati-activity',
    {
      'xml:lang': 'en',
      'default-currency': fund.currency,
      'last-updated-datetime': position.sealedAt.toISOString(),
      hierarchy: one.parent ? '1' : '2',
    },
    element('iati-identifier', {}, text(one.identifier)),
    element('reporting-org', { ref: publisher.reference, type: publisher.kind }, narrative(publisher.name)),
    element('title', {}, narrative(one.title)),
    element('description', { type: '1' }, narrative(one.description)),
    ...participants(publication, one),
    element('activity-status', { code: ended ? '4' : '2' }),
    element('activity-date', { type: '2', 'iso-date': one.startsOn }),
    ended ? element('activity-date', { type: '4', 'iso-date': one.endedOn }) : null,
    publisher.email === null
      ? null
      : element('contact-info', { type: '1' }, element('email', {}, text(publisher.email))),
    'country' in one.place
      ? element('recipient-country', { code: one.place.country })
      : element('recipient-region', { code: one.place.region, vocabulary: '1' }),
    // Civilian peace-building, conflict prevention and resolution.
    element('sector', { vocabulary: '1', code: '15220' }),
    element('collaboration-type', { code: '2' }),
    element('default-flow-type', { code: '10' }),
    element('default-finance-type', { code: '110' }),
    element('default-aid-type', { vocabulary: '1', code: one.parent ? 'B04' : 'C01' }),
    element('default-tied-status', { code: '5' }),
    ...one.transactions.map((transaction) => transactionNode(publication, transaction)),
    ...related,
  )
}

/** Who takes part: donors fund it (1), the fund answers for it and extends it (2, 3), partners do it (4). */
function participants({ publisher, incoming }: Publication, one: Activity): Node[] {
  const reported = { ref: publisher.reference, type: publisher.kind }
  const own = ['2', '3'].map((role) => element('participating-org', { role, ...reported }, narrative(publisher.name)))
  const donors = one.parent ? [...new Map(incoming.map(({ provider }) => [provider!.name, provider!])).values()] : []
  const partners = [...new Set(one.transactions.flatMap(({ receiver }) => (receiver ? [receiver.name] : [])))]
  return [
    ...donors.map(({ name, reference }) =>
      element('participating-org', { role: '1', ref: reference }, narrative(name)),
    ),
    ...own,
    ...partners.map((name) => element('participating-org', { role: '4' }, narrative(name))),
  ]
}

function transactionNode({ fund, publisher }: Publication, one: Transaction): Node {
  const incoming = one.type === '1' || one.type === '11'
  const fundItself = { ref: publisher.reference, type: publisher.kind }
  return element(
    'transaction',
    { ref: one.reference },
    element('transaction-type', { code: one.type }),
    element('transaction-date', { 'iso-date': one.on }),
    element('value', { currency: fund.currency, 'value-date': one.on }, amountOf(one.amount)),
    element('description', {}, narrative(one.description)),
    one.provider
      ? element(
          'provider-org',
          { ref: one.provider.reference, 'provider-activity-id': one.provider.activity },
          narrative(one.provider.name),
        )
      : element('provider-org', fundItself, narrative(publisher.name)),
    incoming ? element('receiver-org', fundItself, narrative(publisher.name)) : null,
    one.receiver ? element('receiver-org', {}, narrative(one.receiver.name)) : null,
  )
}

function narrative(value: string): Node {
  return element('narrative', {}, text(value))
}

function amountOf(amount: Money): string {
  return moneyText(amount).amount
}

/** A name as it may stand in an identifier. */
function slug(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}
