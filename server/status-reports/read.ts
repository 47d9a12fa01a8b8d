import { Refusal } from '../errors.ts'
import { elementAt, elementsIn, readXml, textAt, type XmlElement } from '../xml.ts'

/** What the bank says of one payment, or of all payments of a file. */
export type Said = { readonly status: string; readonly reasonCode: string | null; readonly reason: string }

export type StatusReport = {
  readonly messageId: string
  /** As the bank wrote it. */
  readonly createdAt: string
  readonly originalMessageId: string
  readonly groupStatus: string | null
  /** Of whatever is not named by itself; undefined where the bank says nothing of the whole, or that it is accepted in part. */
  readonly whole: Said | undefined
  readonly transactions: readonly (Said & { readonly endToEndId: string })[]
}

const NAMESPACE = /^urn:iso:std:iso:20022:tech:xsd:pain\.002\.001\.(03|10)$/

/**
 * A report of the bank on a payment file: ISO 20022 `pain.002.001.10`, or `.03`.
 * Refuses what `readXml` refuses, and `unreadable_xml` with the reasons `other_message`, `missing` and `value_too_long`, with the element and its line.
 */
export function readStatusReport(bytes: unknown): StatusReport {
  const root = readXml(bytes)
  const report = elementAt(root, 'CstmrPmtStsRpt')
  if (root.name !== 'Document' || !NAMESPACE.test(root.namespace) || !report)
    throw new Refusal('unreadable_xml', {
      reason: 'other_message',
      line: root.line,
      expected: ['pain.002.001.10', 'pain.002.001.03'],
    })
  const group = demanded(report, 'OrgnlGrpInfAndSts')
  const blocks = elementsIn(report, 'OrgnlPmtInfAndSts')
  const groupStatus = codeIn(group, 'GrpSts') ?? null
  const ofBlocks = blocks.map((block) => saidIn(block, 'PmtInfSts')).find((one) => one !== undefined)
  const whole = ofBlocks ?? saidIn(group, 'GrpSts')
  return {
    messageId: text(demanded(report, 'GrpHdr'), 35, 'MsgId'),
    createdAt: text(demanded(report, 'GrpHdr'), 40, 'CreDtTm'),
    originalMessageId: text(group, 35, 'OrgnlMsgId'),
    groupStatus,
    whole: whole?.status === 'PART' ? undefined : whole,
    transactions: blocks.flatMap((block) => elementsIn(block, 'TxInfAndSts')).map(transaction),
  }
}

function transaction(one: XmlElement): Said & { endToEndId: string } {
  const key = textAt(one, 'OrgnlEndToEndId') ? 'OrgnlEndToEndId' : 'OrgnlInstrId'
  const said = saidIn(one, 'TxSts')
  if (!said) throw new Refusal('unreadable_xml', { reason: 'missing', element: 'TxSts', line: one.line })
  return { endToEndId: text(one, 35, key), ...said }
}

function saidIn(element: XmlElement, name: string): Said | undefined {
  const status = codeIn(element, name)
  if (status === undefined) return undefined
  const why = elementAt(element, 'StsRsnInf')
  const code = why && (textAt(why, 'Rsn', 'Cd') ?? textAt(why, 'Rsn', 'Prtry'))
  const more = elementsIn(why, 'AddtlInf').map((one) => one.text.trim())
  return { status, reasonCode: code?.slice(0, 35) ?? null, reason: plain(more.join(' ')) }
}

function codeIn(element: XmlElement, name: string): string | undefined {
  const code = textAt(element, name)
  if (code !== undefined && code.length > 4)
    throw new Refusal('unreadable_xml', {
      reason: 'value_too_long',
      element: name,
      line: elementAt(element, name)!.line,
    })
  return code
}

function demanded(element: XmlElement, name: string): XmlElement {
  const found = elementAt(element, name)
  if (!found) throw new Refusal('unreadable_xml', { reason: 'missing', element: name, line: element.line })
  return found
}

function text(element: XmlElement, most: number, name: string): string {
  const { text: raw, line } = demanded(element, name)
  const value = raw.trim()
  if (value === '') throw new Refusal('unreadable_xml', { reason: 'missing', element: name, line })
  if (value.length > most) throw new Refusal('unreadable_xml', { reason: 'value_too_long', element: name, line })
  return value
}

/** Words of the bank, on one line and without what turns the direction of reading. */
function plain(words: string): string {
  return words
    .replace(/[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/\s+/g, ' ')
    .slice(0, 500)
}
