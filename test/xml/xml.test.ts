import fc from 'fast-check'
import { validateXML } from 'xmllint-wasm'
import { Refusal } from '../../server/errors.ts'
import { elementAt, elementsIn, readXml, textAt, XML_LIMITS } from '../../server/xml.ts'

const MESSAGE = `<?xml version="1.0" encoding="UTF-8"?>
<!-- of the bank -->
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10" xmlns:x="urn:other">
  <CstmrPmtStsRpt>
    <GrpHdr><MsgId>A&amp;B &#x645;&#39;</MsgId><x:Note Ccy='USD' x:Why="a &lt; b"/></GrpHdr>
    <TxInfAndSts><TxSts><![CDATA[AC<SP]]></TxSts></TxInfAndSts>
    <?print page?>
    <TxInfAndSts><TxSts>RJCT</TxSts></TxInfAndSts>
  </CstmrPmtStsRpt>
</Document>
`

const read = (text: string) => readXml(Buffer.from(text))

test('elements come with names without prefixes, namespaces, attributes, text and lines', () => {
  const root = read(MESSAGE)
  const report = elementAt(root, 'CstmrPmtStsRpt')!
  expect(root).toMatchObject({ name: 'Document', namespace: 'urn:iso:std:iso:20022:tech:xsd:pain.002.001.10', line: 3 })
  expect(textAt(report, 'GrpHdr', 'MsgId')).toBe("A&B م'")
  expect(elementAt(report, 'GrpHdr', 'Note')).toMatchObject({ namespace: 'urn:other', text: '' })
  expect([...elementAt(report, 'GrpHdr', 'Note')!.attributes]).toEqual([
    ['Ccy', 'USD'],
    ['x:Why', 'a < b'],
  ])
  expect(elementsIn(report, 'TxInfAndSts').map((one) => [textAt(one, 'TxSts'), one.line])).toEqual([
    ['AC<SP', 6],
    ['RJCT', 8],
  ])
  expect(textAt(report, 'Nowhere', 'AtAll')).toBeUndefined()
})

test.each([
  ['UTF-8 with its mark', Buffer.from(`\ufeff<a>é م</a>`), 'é م'],
  [
    'UTF-16, little end first',
    Buffer.from(`\ufeff<?xml version="1.0" encoding="UTF-16"?><a>é م</a>`, 'utf16le'),
    'é م',
  ],
  [
    'UTF-16, big end first',
    Buffer.from(`\ufeff<?xml version='1.0' encoding='utf-16'?><a>é م</a>`, 'utf16le').swap16(),
    'é م',
  ],
  ['ISO 8859-1', Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>`, 'latin1'), 'é'],
  ['line ends of Windows', Buffer.from('<a>1\r\n2\r3</a>'), '1\n2\n3'],
])('reads %s', (_encoding, bytes, text) => {
  expect(readXml(bytes).text).toBe(text)
})

const bomb = `<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "${'a'.repeat(50)}"><!ENTITY b "${'&a;'.repeat(50)}">]><b>${'&b;'.repeat(9)}</b>`

test.each([
  ['an entity bomb', bomb, 'doctype', 1],
  ['an entity of somewhere else', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<a>&x;</a>', 'doctype', 1],
  ['an entity that nobody declared', '<a>\n&x;</a>', 'not_well_formed', 1],
  ['a reference to NUL', '<a>&#0;</a>', 'not_well_formed', 1],
  ['a reference to half a character', '<a>&#xD800;</a>', 'not_well_formed', 1],
  ['a control character', '<a>\n\u0001</a>', 'characters', 2],
  ['two roots', '<a/>\n<b/>', 'not_well_formed', 2],
  ['text beside the root', '<a/>\nmore', 'not_well_formed', 1],
  ['tags that do not match', '<a>\n<b>\n</a></b>', 'not_well_formed', 3],
  ['a file that was cut off', '<a>\n<b>1</b>\n', 'not_well_formed', 3],
  ['a comment that does not end', '<a>\n<!-- </a>', 'not_well_formed', 2],
  ['the same attribute twice', '<a b="1" b="2"/>', 'not_well_formed', 1],
  ['an attribute without quotes', '<a b=1/>', 'not_well_formed', 1],
  ['a prefix that nobody declared', '<y:a/>', 'not_well_formed', 1],
  ['nothing', '', 'not_well_formed', 1],
  ['JSON', '{"a": 1}', 'not_well_formed', 1],
  ['levels without end', '<a>'.repeat(100_000), 'too_deep', 1],
  [
    'attributes without end',
    `<a ${Array.from({ length: 60 }, (_, i) => `b${i}=""`).join(' ')}/>`,
    'too_many_attributes',
    1,
  ],
  ['a text without end', `<a>\n<b>${'x'.repeat(1_000_000)}</b></a>`, 'value_too_long', 2],
  ['an attribute without end', `<a b="${'x'.repeat(1_000_000)}"/>`, 'value_too_long', 1],
  ['an encoding that is not read', '<?xml version="1.0" encoding="UTF-7"?><a/>', 'encoding', 1],
])('%s is refused with the reason and the line', (_what, text, reason, line) => {
  expect(refusedBy(Buffer.from(text))).toMatchObject({ code: 'unreadable_xml', reason, line })
})

test('bytes that are not of the encoding, and too many of them, are refused', () => {
  expect(refusedBy(Buffer.from('<a>é</a>', 'latin1'))).toMatchObject({ reason: 'encoding' })
  expect(refusedBy(Buffer.alloc(XML_LIMITS.bytes + 1, 0x20))).toMatchObject({ code: 'body_too_large' })
  expect(refusedBy('<a/>')).toMatchObject({ code: 'unreadable_xml' })
})

test('the largest file is read or refused within seconds and bounded memory', () => {
  const wide = `<a>${'<b c="1">text</b>\n'.repeat(XML_LIMITS.elements - 1)}</a>`
  const blanks = `<a ${' '.repeat(8_000_000)}`
  const references = `<a><b>${'&#65;'.repeat(3_000_000)}</b></a>`
  const wider = `<a>${'<b/>'.repeat(XML_LIMITS.elements)}</a>`
  const before = process.memoryUsage().heapUsed
  const began = performance.now()
  expect(read(wide).children).toHaveLength(XML_LIMITS.elements - 1)
  expect(refusedBy(Buffer.from(wider))).toMatchObject({ reason: 'too_many_elements' })
  expect(refusedBy(Buffer.from(blanks))).toMatchObject({ reason: 'not_well_formed' })
  expect(refusedBy(Buffer.from(references))).toMatchObject({ reason: 'value_too_long' })
  expect(performance.now() - began).toBeLessThan(20_000)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000_000)
})

test('whatever is done to a file, what is read of it another reader finds well-formed too, and the rest is refused', async () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '&',
    '"',
    "'",
    '/',
    '<a>',
    '</a>',
    ']]>',
    '<!--',
    '-->',
    '&amp;',
    '\u0000',
    'é',
    '<?',
    ' x="1"',
  )
  const change = fc.record({ at: fc.nat(MESSAGE.length), cut: fc.nat(30), put: pieces })
  const accepted: string[] = []
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const text = changes.reduce((was, { at, cut, put }) => was.slice(0, at) + put + was.slice(at + cut), MESSAGE)
      if (refusedBy(Buffer.from(text)) === undefined) accepted.push(text)
    }),
    { numRuns: 1500 },
  )
  expect(accepted.length).toBeGreaterThan(20)
  const second = await validateXML({
    xml: accepted.map((contents, i) => ({ fileName: `${i}.xml`, contents })),
    extension: 'schema',
    schema: [{ fileName: 'any.xsd', contents: ANYTHING }],
  })
  expect(second.errors.filter(({ message }) => /parser error|is not defined|redefined/.test(message))).toEqual([])
})

const ANYTHING = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"/></xs:schema>`

function refusedBy(bytes: unknown): Record<string, unknown> | undefined {
  try {
    readXml(bytes)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { code: error.code, ...error.details }
  }
  return undefined
}
