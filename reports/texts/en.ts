/** The words of the donor contribution report in English, as ICU messages. Every other language has the same names. */
export const donorReportTexts = {
  title: 'Donor contribution report',
  forDonor: 'Prepared for {donor}',
  fund: 'Fund',
  donor: 'Donor',
  eventsUpTo: 'Events up to',
  knownAt: 'As recorded by',
  position: 'Ledger position',
  issuedOn: 'Issued on',
  currency: 'Currency',
  asOf: 'This report covers everything that happened up to and including {occurredOn}, as the fund’s ledger recorded it by {recordedAt}. What was recorded later is not in it. Amounts are in {currency}, the fund’s own currency, unless another currency stands beside them.',
  contents:
    '{contributions, plural, =0 {No contribution is recorded} one {It sets out one contribution} other {It sets out # contributions}}{events, plural, =0 {.} one { with one event.} other { with # events.}}',
  pageOf: 'Page {page} of ',

  summary: 'Summary',
  promisedAndReceived: 'Promised and received',
  pledged: 'Pledged',
  agreed: 'Agreed',
  received: 'Received',
  outstanding: 'Outstanding',
  writtenOff: 'Written off',
  bankCharges: 'Bank charges',
  exchangeDifference: 'Exchange difference',
  whereTheMoneyIs: 'Where the money is',
  authority: 'Spending authority',
  supportCost: 'Programme support cost',
  available: 'Available',
  ready: 'Set aside in plans (ready)',
  reserved: 'Reserved',
  committed: 'Committed',
  disbursed: 'Disbursed',
  toBeRecovered: 'Of the disbursed, to be recovered',
  recoveryGivenUp: 'Of the disbursed, given up',
  reported: 'Reported',
  sumOfStages: 'Sum of the seven stages',
  authorityNote:
    'Spending authority is the cash received that may be spent, less what was paid back to the donor. It is always in exactly one of seven stages, so that the stages add up to it to the cent.',

  byYear: 'Received and disbursed by year',
  year: 'Year',
  receivedIn: 'Received ({currency})',
  disbursedIn: 'Disbursed ({currency})',
  noYears: 'Nothing has been received or disbursed yet.',
  chartInWords:
    'Bar chart of the amounts received and disbursed in {years, plural, one {the year {first}} other {the # years from {first} to {last}}}. The table after it has the same amounts.',

  missions: 'Missions',
  missionsOfAll: 'Where the money went',
  mission: 'Mission',
  amountIn: '{name} ({currency})',
  confidentialMissions: 'Confidential mediation, {region} ({count, plural, one {# mission} other {# missions}})',
  undisclosedRegion: 'region not disclosed',
  noMissions:
    'No money of {several, select, yes {these contributions} other {this contribution}} has gone to a mission yet.',

  contribution: 'Contribution {code}',
  fiscalYear: 'Fiscal year',
  status: 'Status',
  statusName:
    '{status, select, pledged {Pledged} agreed {Agreed} received {Received} written_off {Written off} cancelled {Cancelled} other {{status}}}',
  conditions: 'Conditions',
  conditional: 'Conditional',
  unconditional: 'None',
  earmarking: 'Earmarking',
  earmark:
    '{level, select, unearmarked {Unearmarked} softly {Softly earmarked} earmarked {Earmarked} tightly {Tightly earmarked} other {{level}}}',
  earmarkWithTerms: '{earmark}: {terms}',
  termSeparator: ', ',
  spendBy: 'To be spent by',
  noTerm: 'No time limit',
  originallyPledged: 'Originally pledged',
  originallyAgreed: 'Originally agreed',
  notAgreed: 'Not agreed yet',
  none: '–',

  events: 'Events',
  noEvents: 'No events are recorded for this contribution.',
  date: 'Date',
  event: 'Event',
  reference: 'Reference',
  originalAmount: 'Original amount',
  amount: 'Amount',
  rate: 'Rate',
  eventName:
    '{kind, select, pledge {Pledge} pledge_cancelled {Pledge cancelled} agreement {Agreement} condition_met {Condition met} receipt {Receipt} bank_charge {Bank charge} exchange_difference {Exchange difference} write_off {Write-off} refund {Refund to donor} interest {Interest} reserve_transfer {Operating reserve} other {{kind}}}',
  rateNote: 'Rate: units of the original currency for one {currency}.',

  noContributions:
    'The ledger has no contribution of this donor up to this date. All figures are therefore zero; this page is the whole report.',

  day: '{day} {month} {year}',
  month:
    '{month, select, 01 {January} 02 {February} 03 {March} 04 {April} 05 {May} 06 {June} 07 {July} 08 {August} 09 {September} 10 {October} 11 {November} 12 {December} other {{month}}}',
  instant: '{day}, {time} UTC',
}

/** The words of the report in any language: a name that a translation lacks does not compile. */
export type DonorReportTexts = { readonly [Name in keyof typeof donorReportTexts]: string }
