/** Statements as a bank writes them: camt.053.001.08, camt.053.001.02 and the CSV form. Amounts are minor units of two decimals. */

export type BankEntry = {
  /** Credit positive. */
  amount: bigint
  bookedOn: string
  valueOn?: string
  endToEndId?: string
  servicerReference?: string
  counterparty?: string
  remittance?: string
  code?: string
  /** Taken with it, and in `amount`. */
  charge?: bigint
  /** As the other side sent it. */
  sent?: { amount: bigint; currency: string }
  reversal?: boolean
  returnReason?: string
  status?: 'BOOK' | 'PDNG'
  /** Several transactions booked as one. */
  batch?: Omit<BankEntry, 'bookedOn' | 'batch'>[]
}

export type BankStatement = {
  id: string
  account: string
  currency: string
  from: string
  to: string
  opening: bigint
  /** As it says it; what its entries come to where it is left out. */
  closing?: bigint
  entries: BankEntry[]
  totals?: boolean
}

export type Form = '08' | '02' | 'csv'

export const booked = (entries: readonly BankEntry[]) => entries.filter(({ status = 'BOOK' }) => status === 'BOOK')

export const closingOf = ({ opening, closing, entries }: BankStatement) =>
  closing ?? booked(entries).reduce((all, one) => all + one.amount, opening)

export function text(units: bigint): string {
  const size = units < 0n ? -units : units
  return `${units < 0n ? '-' : ''}${size / 100n}.${String(size % 100n).padStart(2, '0')}`
}

/** The statements as one file. */
export function written(statements: readonly BankStatement[], form: Form = '08'): string {
  if (form === 'csv') return csv(statements)
  const all = statements.map((one) => statement(one, form)).join('')
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.${form}"><BkToCstmrStmt>` +
    `<GrpHdr><MsgId>M-${statements[0]?.id ?? ''}</MsgId><CreDtTm>2026-01-01T00:00:00Z</CreDtTm></GrpHdr>${all}</BkToCstmrStmt></Document>\n`
  )
}

function statement(one: BankStatement, form: '08' | '02'): string {
  const { id, account, currency, from, to, opening, entries, totals = true } = one
  const number = /^[A-Z]{2}\d{2}/.test(account) ? tag('IBAN', account) : `<Othr>${tag('Id', account)}</Othr>`
  return (
    `<Stmt>${tag('Id', id)}<CreDtTm>${to}T23:00:00Z</CreDtTm><FrToDt><FrDtTm>${from}T00:00:00</FrDtTm><ToDtTm>${to}T23:59:59</ToDtTm></FrToDt>` +
    `<Acct><Id>${number}</Id>${tag('Ccy', currency)}</Acct>${balance('OPBD', opening, from, currency)}${balance('CLBD', closingOf(one), to, currency)}` +
    `${totals ? summary(booked(entries), form) : ''}${entries.map((entry) => ntry(entry, currency, form)).join('')}</Stmt>`
  )
}

function balance(kind: string, units: bigint, on: string, currency: string): string {
  return `<Bal><Tp><CdOrPrtry><Cd>${kind}</Cd></CdOrPrtry></Tp>${amount(units, currency)}${direction(units)}<Dt><Dt>${on}</Dt></Dt></Bal>`
}

function summary(entries: readonly BankEntry[], form: '08' | '02'): string {
  const of = (some: readonly BankEntry[]) =>
    some.reduce((all, one) => all + (one.amount < 0n ? -one.amount : one.amount), 0n)
  const credits = entries.filter((one) => one.amount > 0n)
  const debits = entries.filter((one) => one.amount < 0n)
  const net = entries.reduce((all, one) => all + one.amount, 0n)
  const size = text(net < 0n ? -net : net)
  const netTold =
    form === '08'
      ? `<TtlNetNtry><Amt>${size}</Amt>${direction(net)}</TtlNetNtry>`
      : `<TtlNetNtryAmt>${size}</TtlNetNtryAmt>${direction(net)}`
  const totals = (some: readonly BankEntry[]) => `<NbOfNtries>${some.length}</NbOfNtries><Sum>${text(of(some))}</Sum>`
  return `<TxsSummry><TtlNtries>${totals(entries)}${netTold}</TtlNtries><TtlCdtNtries>${totals(credits)}</TtlCdtNtries><TtlDbtNtries>${totals(debits)}</TtlDbtNtries></TxsSummry>`
}

function ntry(entry: BankEntry, currency: string, form: '08' | '02'): string {
  const {
    amount: units,
    bookedOn,
    valueOn = bookedOn,
    status = 'BOOK',
    reversal,
    servicerReference,
    code = 'PMNT/ICDT/ESCT',
    batch,
  } = entry
  const details = batch
    ? batch.map((one) => txDtls({ ...one, bookedOn }, currency, form, true)).join('')
    : txDtls(entry, currency, form, false)
  return (
    `<Ntry>${amount(units, currency)}${direction(units)}${reversal ? '<RvslInd>true</RvslInd>' : ''}` +
    `${form === '08' ? `<Sts><Cd>${status}</Cd></Sts>` : `<Sts>${status}</Sts>`}<BookgDt><Dt>${bookedOn}</Dt></BookgDt><ValDt><Dt>${valueOn}</Dt></ValDt>` +
    `${servicerReference ? tag('AcctSvcrRef', servicerReference) : ''}${codeTold(code)}<NtryDtls>${details}</NtryDtls></Ntry>`
  )
}

function txDtls(entry: BankEntry, currency: string, form: '08' | '02', inBatch: boolean): string {
  const { amount: units, endToEndId, servicerReference, counterparty, remittance, charge, sent, returnReason } = entry
  const party = (name: string) => (form === '08' ? `<Pty>${tag('Nm', name)}</Pty>` : tag('Nm', name))
  const side = units < 0n ? 'Cdtr' : 'Dbtr'
  const own = inBatch ? (form === '08' ? `${amount(units, currency)}${direction(units)}` : '') : ''
  const instructed = sent ? `<InstdAmt>${amount(sent.amount, sent.currency)}</InstdAmt>` : ''
  const within = inBatch && form === '02' ? `<TxAmt>${amount(units, currency)}</TxAmt>` : ''
  const record = `${charge ? amount(charge, currency) : ''}<CdtDbtInd>DBIT</CdtDbtInd>`
  const charges = charge
    ? `<Chrgs>${form === '08' ? `<Rcrd>${record}<ChrgInclInd>true</ChrgInclInd></Rcrd>` : record}</Chrgs>`
    : ''
  return (
    `<TxDtls><Refs>${servicerReference && inBatch ? tag('AcctSvcrRef', servicerReference) : ''}${endToEndId ? tag('EndToEndId', endToEndId) : ''}</Refs>${own}` +
    `${instructed || within ? `<AmtDtls>${instructed}${within}</AmtDtls>` : ''}${charges}` +
    `${counterparty ? `<RltdPties><${side}>${party(counterparty)}</${side}></RltdPties>` : ''}` +
    `${remittance ? `<RmtInf>${tag('Ustrd', remittance)}</RmtInf>` : ''}${returnReason ? `<RtrInf><Rsn><Cd>${returnReason}</Cd></Rsn></RtrInf>` : ''}</TxDtls>`
  )
}

function codeTold(code: string): string {
  const [domain, family, sub] = code.split('/')
  if (!sub) return `<BkTxCd><Prtry>${tag('Cd', code)}</Prtry></BkTxCd>`
  return `<BkTxCd><Domn><Cd>${domain}</Cd><Fmly><Cd>${family}</Cd><SubFmlyCd>${sub}</SubFmlyCd></Fmly></Domn></BkTxCd>`
}

const amount = (units: bigint, currency: string) => `<Amt Ccy="${currency}">${text(units < 0n ? -units : units)}</Amt>`
const direction = (units: bigint) => `<CdtDbtInd>${units < 0n ? 'DBIT' : 'CRDT'}</CdtDbtInd>`
const tag = (name: string, value: string) =>
  `<${name}>${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</${name}>`

const HEADING =
  'account,statement,record,booked_on,value_on,amount,currency,reference,end_to_end_id,counterparty,details,code,charge,reversal,return_reason'

function csv(statements: readonly BankStatement[]): string {
  const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`
  const lines = statements.flatMap((one) => {
    const { id, account, currency, from, to, opening, entries } = one
    const line = (record: string, ...rest: string[]) => [account, id, record, ...rest].map(quoted).join(',')
    const nothing = ['', '', '', '', '', '', '', '']
    return [
      line('opening', from, '', text(opening), currency, ...nothing),
      ...booked(entries).map((entry) =>
        line(
          'entry',
          ...[
            entry.bookedOn,
            entry.valueOn ?? '',
            text(entry.amount),
            currency,
            entry.servicerReference ?? '',
            entry.endToEndId ?? '',
          ],
          ...[
            entry.counterparty ?? '',
            entry.remittance ?? '',
            entry.code ?? '',
            entry.charge ? text(entry.charge) : '',
          ],
          ...[entry.reversal ? 'yes' : '', entry.returnReason ?? ''],
        ),
      ),
      line('closing', to, '', text(closingOf(one)), currency, ...nothing),
    ]
  })
  return `${[HEADING, ...lines].join('\r\n')}\r\n`
}
