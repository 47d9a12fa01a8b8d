/** The rules of entities and of how risky it is to work with them, and nothing else: no database, no clock, no HTTP. */

export const ENTITY_KINDS = [
  'envoy_office',
  'special_political_mission',
  'regional_office',
  'regional_organisation',
  'partner_organisation',
  'non_un_mediator',
] as const
export const RISK_LEVELS = ['low', 'medium', 'high'] as const
export type RiskLevel = (typeof RISK_LEVELS)[number]

export type RiskRating = { readonly rating: RiskLevel; readonly validUntil: string }

/** What a rating counts as on a day: what it says to the day until which it is valid, after that high. */
export function riskOn({ rating, validUntil }: RiskRating, on: string): RiskLevel {
  return on > validUntil ? 'high' : rating
}
