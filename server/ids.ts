import { v7 } from 'uuid'

/** What each kind of id begins with, so that an id in a log or a mail says what it is. */
export const ID_KINDS = {
  absence: 'abs',
  accountCharge: 'ach',
  act: 'act',
  application: 'apl',
  attachment: 'att',
  bankAccount: 'bnk',
  breakGlass: 'brk',
  chargeApproval: 'cha',
  contribution: 'ctr',
  correction: 'cor',
  decision: 'dec',
  deployment: 'dpl',
  delegation: 'dlg',
  donor: 'don',
  entity: 'ent',
  expenditureReport: 'xrp',
  expert: 'exp',
  explanation: 'xpl',
  fund: 'fnd',
  impairment: 'ipr',
  import: 'imp',
  interest: 'itr',
  issuedReport: 'rpt',
  lineReview: 'lrv',
  mail: 'mal',
  notification: 'ntf',
  opinionRequest: 'opn',
  pause: 'pau',
  payee: 'pye',
  payeeAccount: 'pya',
  payment: 'pay',
  paymentFile: 'pfl',
  person: 'per',
  plan: 'pln',
  planRelease: 'plr',
  planSetAside: 'psa',
  process: 'prc',
  proposal: 'prp',
  rateChange: 'rch',
  receipt: 'rct',
  recovery: 'rcv',
  recoveryWriteOff: 'rwo',
  reduction: 'rdn',
  refund: 'rfd',
  reopening: 'rop',
  reportLine: 'xln',
  request: 'req',
  revaluation: 'rvl',
  sample: 'smp',
  savedQuery: 'sqy',
  statement: 'stm',
  statementEntry: 'ste',
  statementFile: 'stf',
  statementUse: 'stu',
  statusReport: 'psr',
  token: 'tok',
  watchItem: 'wch',
  writeOff: 'wof',
  yearClosing: 'ycl',
} as const

export type IdKind = keyof typeof ID_KINDS

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** A new id, e.g. `req_01k9…`: a UUID version 7 in Crockford's base 32, so ids made later sort later. */
export function newId(kind: IdKind): string {
  let bits = BigInt(`0x${v7().replaceAll('-', '')}`)
  let text = ''
  for (let i = 0; i < 26; i += 1) {
    text = ALPHABET[Number(bits & 31n)] + text
    bits >>= 5n
  }
  return `${ID_KINDS[kind]}_${text}`
}

/** Whether the text can be an id of this kind at all; what cannot must never reach a query. */
export function isId(kind: IdKind, text: string): boolean {
  return text.startsWith(`${ID_KINDS[kind]}_`) && /^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$/.test(text)
}
