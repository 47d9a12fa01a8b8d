import { moneyText } from '../money.ts'
import { paidByYear } from './policy.ts'
import type { Publication } from './queries.ts'
import { DECLARATION, element, text } from './xml.ts'

/** The publisher as IATI 2.03 has organisations, with what it spent in each year. */
export function organisationFile({ fund, publisher, missions, position }: Publication): string {
  const name = () => element('narrative', {}, text(publisher.name))
  const made = position.sealedAt.toISOString()
  const end = (year: string) => (`${year}-12-31` < position.day ? `${year}-12-31` : position.day)
  return (
    DECLARATION +
    element(
      'iati-organisations',
      { version: '2.03', 'generated-datetime': made },
      element(
        'iati-organisation',
        { 'xml:lang': 'en', 'default-currency': fund.currency, 'last-updated-datetime': made },
        element('organisation-identifier', {}, text(publisher.reference)),
        element('name', {}, name()),
        element('reporting-org', { ref: publisher.reference, type: publisher.kind }, name()),
        ...paidByYear(missions, fund.currency).map(({ year, amount }) =>
          element(
            'total-expenditure',
            {},
            element('period-start', { 'iso-date': `${year}-01-01` }),
            element('period-end', { 'iso-date': end(year) }),
            element('value', { currency: fund.currency, 'value-date': end(year) }, moneyText(amount).amount),
          ),
        ),
      ),
    )
  )
}
