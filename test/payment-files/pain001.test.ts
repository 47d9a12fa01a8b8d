import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import fc from 'fast-check'
import { validateXML } from 'xmllint-wasm'
import { fromMinorUnits } from '../../server/money.ts'
import { inBasicLatin } from '../../server/payment-files/latin.ts'
import { pain001, type FileContent } from '../../server/payment-files/pain001.ts'
import { elementAt, elementsIn, readXml, textAt } from '../../server/xml.ts'

const SCHEMA = readFileSync(join(import.meta.dirname, 'pain001.xsd'), 'utf8')

async function complaints(files: readonly string[]): Promise<string[]> {
  const { errors } = await validateXML({
    xml: files.map((contents, i) => ({ fileName: `${i}.xml`, contents })),
    schema: [{ fileName: 'pain001.xsd', contents: SCHEMA }],
  })
  return errors.map(({ rawMessage }) => rawMessage)
}

const address = { street: 'Rue de la Paix', building: '7 bis', postCode: '1202', town: 'Genève', country: 'CH' }
const account = {
  ...{ scheme: 'iban' as const, number: 'CH9300762011623852957', currency: 'USD', bic: 'POFICHBEXXX' },
  ...{ clearingSystem: null, clearingCode: null, bankName: 'PostFinance', bankCountry: 'CH' },
}
const FILE: FileContent = {
  messageId: 'F26-000001',
  createdAt: '2026-11-24T19:47:00Z',
  initiator: 'Rapid response fund',
  ...{ debtor: { name: 'Wasata & Partners', address }, account, executionDate: '2026-11-25', chargeBearer: 'SHAR' },
  instructions: [
    {
      ...{ endToEndId: 'P26-000001', uetr: '0b0f4c5e-4b3c-4f6a-9c1d-2f3e4d5c6b7a', purpose: 'OTHR' },
      amount: fromMinorUnits('4000000', 'USD'),
      creditor: { name: 'مركز الحوار', address: { ...address, building: null, town: 'Яoundé', country: 'CM' } },
      account: { ...account, scheme: 'account', number: '100020003000400050', bic: null, bankCountry: 'CM' },
      remittance: 'P26-000001 R26-000007',
    },
  ],
}

test('a file says what the standard demands, in Latin letters', () => {
  const root = readXml(Buffer.from(pain001(FILE)))
  const initiation = elementAt(root, 'CstmrCdtTrfInitn')!
  expect(root.namespace).toBe('urn:iso:std:iso:20022:tech:xsd:pain.001.001.09')
  expect(textAt(initiation, 'GrpHdr', 'CtrlSum')).toBe('40000.00')
  expect(textAt(initiation, 'PmtInf', 'Dbtr', 'Nm')).toBe('Wasata + Partners')
  const payment = elementAt(initiation, 'PmtInf', 'CdtTrfTxInf')!
  expect(textAt(payment, 'Cdtr', 'Nm')).toBe('mrkz lhwr')
  expect(textAt(payment, 'Cdtr', 'PstlAdr', 'TwnNm')).toBe('Yaounde')
  expect(textAt(payment, 'CdtrAcct', 'Id', 'Othr', 'Id')).toBe('100020003000400050')
  expect(textAt(payment, 'CdtrAgt', 'FinInstnId', 'Othr', 'Id')).toBe('NOTPROVIDED')
  expect(textAt(payment, 'RmtInf', 'Ustrd')).toBe('P26-000001 R26-000007')
})

test('files that were signed can be built again after any change of the code: the same content gives these very bytes', () => {
  expect(createHash('sha256').update(pain001(FILE)).digest('hex')).toBe(
    'f40e324a5bef8f6aa1cffd2d8cbf7e65a074d43ffae765cab55c503a2f34640e',
  )
})

test.each([
  ['مركز الحوار', 'mrkz lhwr'],
  ['Центр диалога', 'Tsentr dialoga'],
  ['对话中心', 'DuiHuaZhongXin'],
  ['Ünïted Nåtions & Söns', 'United Nations + Sons'],
  ['<script>alert(1)</script>', 'script alert(1) /script'],
  ['//a//b//', 'a/b'],
  ['\u0000\u202e x', 'x'],
  ['"Peace" @ home; now_', "'Peace' (at) home, now-"],
])('%s is written as %s', (text, latin) => {
  expect(inBasicLatin(text, 140)).toBe(latin)
})

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(']]>', '<x/>', '&amp;', '////', ' '),
)
const maybe = fc.option(anyText)
const anyAddress = fc.record({
  street: maybe,
  building: maybe,
  postCode: maybe,
  town: maybe,
  country: fc.constantFrom('CM', 'CH', null),
})
const anyAccount = fc.record({
  ...{
    scheme: fc.constantFrom('iban' as const, 'account' as const),
    number: fc.constantFrom('CM2110002000300040005000600', 'NO9386011117947'),
  },
  ...{ currency: fc.constantFrom('USD', null), bic: fc.constantFrom('POFICHBEXXX', 'POFICHBE', null) },
  ...{ clearingSystem: fc.constantFrom('USABA', null), clearingCode: fc.constantFrom('021000021', null) },
  ...{ bankName: maybe, bankCountry: fc.constantFrom('CM', null) },
})
const anyInstruction = fc.record({
  ...{ endToEndId: fc.nat(999_999).map((n) => `P26-${String(n).padStart(6, '0')}`), uetr: fc.uuid({ version: 4 }) },
  ...{ amount: fc.bigInt(1n, 99_999_999_999_999n).map((units) => fromMinorUnits(String(units), 'USD')) },
  ...{
    purpose: fc.constantFrom('OTHR', 'SUPP'),
    creditor: fc.record({ name: anyText, address: anyAddress }),
    account: anyAccount,
    remittance: anyText,
  },
})

test('whatever payees are called and wherever they live, the file is schema-valid and its control sum is the sum', async () => {
  const files: string[] = []
  fc.assert(
    fc.property(
      anyText,
      anyAddress,
      anyAccount,
      fc.array(anyInstruction, { minLength: 1, maxLength: 4 }),
      (name, at, from, all) => {
        const content: FileContent = {
          ...FILE,
          initiator: name,
          debtor: { name, address: at },
          account: from,
          instructions: [all[0]!, ...all.slice(1)],
        }
        const written = pain001(content)
        expect(pain001(content)).toBe(written)
        const block = elementAt(readXml(Buffer.from(written)), 'CstmrCdtTrfInitn', 'PmtInf')!
        const cents = (text: string) => BigInt(text.replace('.', ''))
        const amounts = elementsIn(block, 'CdtTrfTxInf').map((one) => cents(textAt(one, 'Amt', 'InstdAmt')!))
        expect(cents(textAt(block, 'CtrlSum')!)).toBe(amounts.reduce((a, b) => a + b))
        expect(textAt(block, 'NbOfTxs')).toBe(String(amounts.length))
        files.push(written)
      },
    ),
    { numRuns: 150 },
  )
  expect(await complaints(files)).toEqual([])
})

test('what breaks the rules of the standard is found by the schema that the files are held to', async () => {
  const good = pain001(FILE)
  const broken = [
    good.replace('F26-000001', 'F'.repeat(36)),
    good.replace(/ +<CtrlSum>.*\n/, ''),
    good.replace('0b0f4c5e-4b3c-4f6a', '0b0f4c5e-4b3c-1f6a'),
    good.replace('mrkz', 'مركز'),
    good.replace('SHAR', 'OURS'),
    good.replace(/( +<MsgId>.*\n)( +<CreDtTm>.*\n)/, '$2$1'),
    good.replace('40000.00</InstdAmt>', '0.00</InstdAmt>'),
  ]
  for (const file of broken) expect((await complaints([file])).length).toBeGreaterThan(0)
  expect(await complaints([good])).toEqual([])
})
