import { amountText, sum, type Money } from '../money.ts'
import { inBasicLatin } from './latin.ts'

export type Address = {
  readonly street: string | null
  readonly building: string | null
  readonly postCode: string | null
  readonly town: string | null
  /** ISO 3166. */
  readonly country: string | null
}

/** An account and the bank that keeps it. */
export type Account = {
  readonly scheme: 'iban' | 'account'
  /** Without spaces. */
  readonly number: string
  readonly currency: string | null
  readonly bic: string | null
  /** ISO 20022 external code of the clearing system, and the bank's number in it. */
  readonly clearingSystem: string | null
  readonly clearingCode: string | null
  readonly bankName: string | null
  readonly bankCountry: string | null
}

export type Party = { readonly name: string; readonly address: Address }

export type Instruction = {
  /** Once, for ever. */
  readonly endToEndId: string
  /** A UUID version 4. */
  readonly uetr: string
  readonly amount: Money
  /** ISO 20022 external category purpose code. */
  readonly purpose: string
  readonly creditor: Party
  readonly account: Account
  readonly remittance: string
}

/** What a payment file tells the bank: payments from one account, of its currency, on one day. */
export type FileContent = {
  /** At most 35 characters, once, for ever. */
  readonly messageId: string
  /** To the second, in UTC. */
  readonly createdAt: string
  readonly initiator: string
  readonly debtor: Party
  readonly account: Account
  /** `YYYY-MM-DD`. */
  readonly executionDate: string
  readonly chargeBearer: 'DEBT' | 'CRED' | 'SHAR' | 'SLEV'
  readonly instructions: readonly [Instruction, ...Instruction[]]
}

/**
 * The file as it goes to the bank: ISO 20022 `pain.001.001.09`, in UTF-8, one payment information block. The same content always gives the
 * same bytes. Every text is in basic Latin letters. What it puts where may never change for files that were signed: their hash would tell.
 */
export function pain001(file: FileContent): string {
  const [first, ...others] = file.instructions
  const count = String(file.instructions.length)
  const total = amountText(
    sum(
      [first, ...others].map(({ amount }) => amount),
      first.amount.currency,
    ),
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(
    tag(
      'Document',
      [
        tag('CstmrCdtTrfInitn', [
          tag('GrpHdr', [
            tag('MsgId', file.messageId),
            tag('CreDtTm', file.createdAt),
            tag('NbOfTxs', count),
            tag('CtrlSum', total),
            tag('InitgPty', [tag('Nm', named(file.initiator))]),
          ]),
          tag('PmtInf', [
            tag('PmtInfId', `${file.messageId}-1`),
            tag('PmtMtd', 'TRF'),
            // Each payment stands on the statement by itself, where it is found again by its end-to-end id.
            tag('BtchBookg', 'false'),
            tag('NbOfTxs', count),
            tag('CtrlSum', total),
            tag('ReqdExctnDt', [tag('Dt', file.executionDate)]),
            tag('Dbtr', party(file.debtor)),
            tag('DbtrAcct', account(file.account)),
            tag('DbtrAgt', [agent(file.account)]),
            tag('ChrgBr', file.chargeBearer),
            ...file.instructions.map(instruction),
          ]),
        ]),
      ],
      `xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"`,
    ),
  )}`
}

function instruction(one: Instruction): Tag {
  return tag('CdtTrfTxInf', [
    tag('PmtId', [tag('InstrId', one.endToEndId), tag('EndToEndId', one.endToEndId), tag('UETR', one.uetr)]),
    tag('PmtTpInf', [tag('CtgyPurp', [tag('Cd', one.purpose)])]),
    tag('Amt', [tag('InstdAmt', amountText(one.amount), `Ccy="${one.amount.currency}"`)]),
    tag('CdtrAgt', [agent(one.account)]),
    tag('Cdtr', party(one.creditor)),
    tag('CdtrAcct', account(one.account)),
    tag('RmtInf', [tag('Ustrd', latin(one.remittance, 140) ?? one.endToEndId)]),
  ])
}

function party({ name, address }: Party): Tag[] {
  const parts = [
    tag('StrtNm', latin(address.street, 70)),
    tag('BldgNb', latin(address.building, 16)),
    tag('PstCd', latin(address.postCode, 16)),
    tag('TwnNm', latin(address.town, 35)),
    tag('Ctry', address.country ?? undefined),
  ].filter(({ content }) => content !== undefined)
  return [tag('Nm', named(name)), ...(parts.length > 0 ? [tag('PstlAdr', parts)] : [])]
}

function account({ scheme, number, currency }: Account): Tag[] {
  const id = scheme === 'iban' ? tag('IBAN', number) : tag('Othr', [tag('Id', latin(number, 34) ?? NOT_PROVIDED)])
  return [tag('Id', [id]), tag('Ccy', currency ?? undefined)]
}

/** The bank, by its BIC or its number in a clearing system; an IBAN says by itself which bank it is. */
function agent({ bic, clearingSystem, clearingCode, bankName, bankCountry }: Account): Tag {
  const clearing = clearingCode
    ? [tag('ClrSysId', clearingSystem ? [tag('Cd', clearingSystem)] : undefined), tag('MmbId', clearingCode)]
    : undefined
  const known = [
    tag('BICFI', bic ?? undefined),
    tag('ClrSysMmbId', clearing),
    tag('Nm', bic ? undefined : latin(bankName, 140)),
    tag('PstlAdr', bankCountry && !bic ? [tag('Ctry', bankCountry)] : undefined),
  ]
  return tag('FinInstnId', [...known, tag('Othr', bic || clearing ? undefined : [tag('Id', NOT_PROVIDED)])])
}

/** What the market practice writes where the standard demands something and there is nothing. */
const NOT_PROVIDED = 'NOTPROVIDED'

const latin = (text: string | null, most: number) => inBasicLatin(text ?? '', most) || undefined
const named = (name: string) => latin(name, 140) ?? NOT_PROVIDED

/** An element; without content it is left out. */
type Tag = { readonly name: string; readonly attributes: string; readonly content: string | readonly Tag[] | undefined }

function tag(name: string, content: Tag['content'], attributes = ''): Tag {
  return { name, attributes, content }
}

function written({ name, attributes, content }: Tag, indent = ''): string {
  if (content === undefined) return ''
  const begin = attributes === '' ? `${indent}<${name}>` : `${indent}<${name} ${attributes}>`
  if (typeof content === 'string') return `${begin}${escaped(content)}</${name}>\n`
  return `${begin}\n${content.map((one) => written(one, `${indent} `)).join('')}${indent}</${name}>\n`
}

function escaped(text: string): string {
  return text
    .replace(/[^\t\n\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
