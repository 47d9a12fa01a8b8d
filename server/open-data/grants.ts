import { isPositive, moneyText, type MoneyText } from '../money.ts'
import { countryCode } from './codes.ts'
import { tellActivities, totalOf } from './policy.ts'
import type { Publication } from './queries.ts'

/**
 * What partners were granted, as 360Giving has it (version 1.1), as JSON text: amounts there are numbers, and are written digit by digit.
 * Only missions that have a name: the standard has no way to tell of several grants without telling of each.
 */
export function grantsFile({ fund, publisher, missions, position }: Publication): string {
  const grants = tellActivities(missions).open.flatMap((mission) => {
    const toPartners = mission.movements.filter(({ receiver }) => receiver?.kind === 'partner')
    return [...Map.groupBy(toPartners, ({ receiver }) => receiver!.id)].flatMap(([partner, of]) => {
      const awarded = totalOf(
        of.filter(({ type }) => type === '2'),
        fund.currency,
      )
      if (!isPositive(awarded)) return []
      const paid = totalOf(
        of.filter(({ type }) => type !== '2'),
        fund.currency,
      )
      const country = countryCode(mission.country)
      return [
        {
          id: `360G-${publisher.reference}-${mission.process}-${partner}`,
          title: mission.name!,
          description: `Mediation in ${mission.country}`,
          currency: fund.currency,
          amountAwarded: digits(moneyText(awarded)),
          amountDisbursed: digits(moneyText(paid)),
          awardDate: of[0]!.on,
          plannedDates: [{ startDate: mission.startsOn, ...(mission.endedOn ? { endDate: mission.endedOn } : {}) }],
          recipientOrganization: [{ id: `${publisher.reference}-${partner}`, name: of[0]!.receiver!.name }],
          fundingOrganization: [{ id: publisher.reference, name: publisher.name }],
          grantProgramme: [{ code: fund.code, title: fund.name }],
          beneficiaryLocation: [{ name: mission.country, ...(country ? { countryCode: country } : {}) }],
          dateModified: position.sealedAt.toISOString(),
        },
      ]
    })
  })
  return jsonWithDigits({ version: '1.1', grants })
}

/** An amount that is written as a number without ever having been one. */
type Digits = { readonly digits: string }

const digits = ({ amount }: MoneyText): Digits => ({ digits: amount })

function jsonWithDigits(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonWithDigits).join(',')}]`
  if (value !== null && typeof value === 'object') {
    if ('digits' in value) return (value as Digits).digits
    const pairs = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${jsonWithDigits(one)}`)
    return `{${pairs.join(',')}}`
  }
  return JSON.stringify(value)
}
