import { createHash } from 'node:crypto'
import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fromMinorUnits, sum, type Money } from '../money.ts'
import { pain001, type Account, type FileContent, type Instruction } from './pain001.ts'
import { purposeOf } from './policy.ts'

/** What is decided when a file is prepared, besides its payments. */
export type FileTerms = {
  readonly code: string
  readonly fundId: string
  readonly bankAccountId: string
  /** The version of the account's details; null where it has none. */
  readonly detailsNumber: number | null
  readonly executionDate: string
  readonly chargeBearer: FileContent['chargeBearer']
  readonly preparedAt: Date
}

export type BuiltFile = {
  readonly xml: Buffer
  /** In hexadecimal. */
  readonly sha256: string
  readonly total: Money
  /** No bank could carry it out as it stands: the account, or one that is paid to, is known by no number. The bank is told in another way. */
  readonly byHand: boolean
}

/** Builds a file of nothing but stored rows, so that the same terms and payments always give the same bytes. */
export async function buildFile(db: Db, terms: FileTerms, paymentIds: readonly string[]): Promise<BuiltFile> {
  const own = await row<OwnAccount>(db, OWN_ACCOUNT, {
    bankAccountId: terms.bankAccountId,
    number: terms.detailsNumber,
  })
  const found = await rows<PaymentRow>(db, PAYMENTS, { ids: [...paymentIds] })
  const [first, ...others] = found.map((one) => instructionOf(one, own!.currency))
  if (!first) throw new Refusal('not_found', { field: 'payments' })
  const content: FileContent = {
    messageId: terms.code,
    createdAt: `${terms.preparedAt.toISOString().slice(0, 19)}Z`,
    initiator: own!.fund,
    debtor: { name: own!.holder ?? own!.fund, address: own! },
    account: own!.number === null ? { ...own!, scheme: 'account', number: own!.code } : (own as Account),
    executionDate: terms.executionDate,
    chargeBearer: terms.chargeBearer,
    instructions: [first, ...others],
  }
  const xml = Buffer.from(pain001(content))
  return {
    xml,
    sha256: createHash('sha256').update(xml).digest('hex'),
    total: sum(
      content.instructions.map(({ amount }) => amount),
      own!.currency,
    ),
    byHand: own!.number === null || found.some(({ structured }) => !structured),
  }
}

type Where = Record<'street' | 'building' | 'postCode' | 'town' | 'country', string | null>
type OwnAccount = Omit<Account, 'number' | 'scheme' | 'currency'> &
  Where & { fund: string; code: string; holder: string | null; currency: string; scheme: string; number: string | null }

const OWN_ACCOUNT = `
  select f.name as fund, b.code, b.currency, d.scheme, d.account as number, d.bic, d.clearing_system as "clearingSystem", d.clearing_code as "clearingCode",
         d.bank_name as "bankName", d.bank_country as "bankCountry", d.holder, d.street, d.building, d.post_code as "postCode", d.town, d.country
    from bank_accounts b join funds f on f.id = b.fund_id
    left join bank_account_details d on d.bank_account_id = b.id and d.number = :number
   where b.id = :bankAccountId`

type PaymentRow = Omit<Account, 'currency'> &
  Where & {
    code: string
    uetr: string
    instructed: string
    category: string
    requestCode: string
    structured: boolean
    currency: string | null
    holder: string | null
    payee: string
  }

// What is said to whom it may not concern is the codes of payment and request, and nothing of a process.
const PAYMENTS = `
  select p.code, p.uetr, p.instructed, p.category, r.code as "requestCode", a.structured, a.scheme, a.account as number, a.currency, a.bic,
         a.clearing_system as "clearingSystem", a.clearing_code as "clearingCode", a.bank_name as "bankName", a.bank_country as "bankCountry",
         a.holder, coalesce(y.latin_name, y.name) as payee, a.street, a.building, a.post_code as "postCode", a.town, a.country
    from unnest(cast(:ids as text[])) with ordinality as asked (id, n)
    join payments p on p.id = asked.id
    join requests r on r.id = p.request_id
    join payees y on y.id = p.payee_id
    join payee_accounts a on a.id = p.payee_account_id
   order by asked.n`

function instructionOf(one: PaymentRow, currency: string): Instruction {
  return {
    endToEndId: one.code,
    uetr: one.uetr,
    amount: fromMinorUnits(one.instructed, currency),
    purpose: purposeOf(one.category),
    creditor: { name: one.holder ?? one.payee, address: one },
    account: one,
    remittance: `${one.code} ${one.requestCode}`,
  }
}
