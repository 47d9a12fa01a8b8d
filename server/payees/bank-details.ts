import { countrySpecs, electronicFormatIBAN, validateBIC, validateIBAN, ValidationErrorsIBAN } from 'ibantools'

/** What a bank needs to know of an account that money goes to, as a payee clerk types it from the letter of the payee. */
export type BankDetails = {
  readonly scheme: 'iban' | 'account'
  /** The IBAN, or the account number where the country has none. Spaces and dashes are left out. */
  readonly account: string
  /** Of the bank's country, where the scheme is `account`: a US routing number, an Indian IFSC, or what there is. */
  readonly clearingCode?: string | null
  readonly bic?: string | null
  readonly bankName: string
  /** ISO 3166. An IBAN says it itself. */
  readonly bankCountry?: string | null
  readonly currency?: string | null
  /** The holder's name as the bank knows it, in Latin letters. */
  readonly holder: string
  readonly address: {
    readonly street?: string | null
    readonly building?: string | null
    readonly postCode?: string | null
    readonly town: string
    /** ISO 3166. */
    readonly country: string
  }
}

/** Bank details in one form: no spaces in numbers, the bank's country and the clearing system filled in. */
export type AccountNumber = {
  readonly scheme: 'iban' | 'account'
  readonly account: string
  readonly clearingSystem: string | null
  readonly clearingCode: string | null
  readonly bic: string | null
  readonly bankCountry: string
}

export type Fault = { readonly field: string; readonly code: string; readonly message: string }

/** The countries of ISO 3166, by their code. */
export const COUNTRIES: readonly string[] = Object.keys(countrySpecs).sort()

/**
 * Clearing codes whose form is published, by country: the system's name in the external code set of ISO 20022, and what its codes look like.
 * The checksum of a US routing number is weighted 3, 7, 1.
 */
const CLEARING: Readonly<Record<string, { system: string; form: RegExp; foots?: (code: string) => boolean }>> = {
  AU: { system: 'AUBSB', form: /^\d{6}$/ },
  CA: { system: 'CACPA', form: /^\d{9}$/ },
  IN: { system: 'INFSC', form: /^[A-Z]{4}0[A-Z0-9]{6}$/ },
  NZ: { system: 'NZNCC', form: /^\d{6}$/ },
  US: { system: 'USABA', form: /^\d{9}$/, foots: routingNumberFoots },
  ZA: { system: 'ZANCC', form: /^\d{6}$/ },
}

/** The account in one form, and everything that is wrong with its numbers. `field` is the name below `account`. */
export function readAccount(details: BankDetails): { number: AccountNumber; faults: Fault[] } {
  const { scheme } = details
  const account = scheme === 'iban' ? electronicFormatIBAN(details.account)! : withoutDashes(details.account)
  const given = details.bankCountry || null
  const bankCountry = scheme === 'iban' ? account.slice(0, 2) : (given ?? '')
  const bic = details.bic ? withoutDashes(details.bic) : null
  const clearingCode = details.clearingCode ? withoutDashes(details.clearingCode) : null
  const system = clearingCode && scheme === 'account' ? (CLEARING[bankCountry]?.system ?? null) : null
  const number = { scheme, account, clearingSystem: system, clearingCode, bic, bankCountry }
  const faults = [
    ...(scheme === 'iban' ? ibanFaults(account, given) : accountFaults(number)),
    ...(scheme === 'iban' && clearingCode ? [fault('clearingCode', 'clearing.withIban')] : []),
    ...(bic && !validateBIC(bic).valid ? [fault('bic', 'bic.form')] : []),
    ...(isCountry(details.address.country) ? [] : [fault('address.country', 'country.unknown')]),
  ]
  return { number, faults }
}

function ibanFaults(iban: string, given: string | null): Fault[] {
  const [country, faults] = [iban.slice(0, 2), validateIBAN(iban).errorCodes]
  const spec = countrySpecs[country]
  if (!spec?.chars || faults.includes(ValidationErrorsIBAN.NoIBANCountry)) return [fault('account', 'iban.country')]
  if (iban.length !== spec.chars) {
    const code = iban.length < spec.chars ? 'iban.tooShort' : 'iban.tooLong'
    return [fault('account', code, `: an IBAN of ${country} has ${spec.chars} characters, this has ${iban.length}`)]
  }
  if (faults.includes(ValidationErrorsIBAN.WrongBBANFormat) || faults.includes(ValidationErrorsIBAN.ChecksumNotNumber))
    return [fault('account', 'iban.form')]
  if (faults.includes(ValidationErrorsIBAN.WrongIBANChecksum)) return [fault('account', 'iban.checksum')]
  if (faults.length > 0) return [fault('account', 'iban.national')]
  return given && given !== country ? [fault('bankCountry', 'iban.otherCountry')] : []
}

function accountFaults({ account, bankCountry, clearingCode, bic }: AccountNumber): Fault[] {
  if (!isCountry(bankCountry)) return [fault('bankCountry', 'country.unknown')]
  if (countrySpecs[bankCountry]!.IBANRegistry) return [fault('account', 'iban.needed')]
  const faults = /^[A-Z0-9]{1,34}$/.test(account) ? [] : [fault('account', 'account.form')]
  if (!clearingCode) return bic ? faults : [...faults, fault('clearingCode', 'clearing.needed')]
  const clearing = CLEARING[bankCountry]
  if (!(clearing?.form ?? /^[A-Z0-9]{1,35}$/).test(clearingCode))
    return [...faults, fault('clearingCode', 'clearing.form')]
  if (clearing?.foots && !clearing.foots(clearingCode)) return [...faults, fault('clearingCode', 'clearing.checksum')]
  return faults
}

function routingNumberFoots(code: string): boolean {
  const sum = [...code].reduce((all, digit, i) => all + (digit.charCodeAt(0) - 48) * [3, 7, 1][i % 3]!, 0)
  return sum % 10 === 0
}

const MESSAGES = {
  'iban.country': 'it does not begin with a country that has IBANs',
  'iban.tooShort': 'characters are missing',
  'iban.tooLong': 'it has too many characters',
  'iban.form': 'it has letters or digits where the IBANs of its country have others',
  'iban.checksum': 'its check digits (the third and fourth character) do not agree with the rest: a character is wrong',
  'iban.national': 'the check digits of the national account number in it do not agree',
  'iban.otherCountry': 'the IBAN is of another country',
  'iban.needed': 'banks of this country have IBANs: give the IBAN',
  'account.form': 'an account number has at most 34 letters and digits',
  'bic.form':
    'a BIC has 8 or 11 characters: four letters of the bank, the country, two of the place, three of the branch',
  'clearing.form': 'bank codes of this country look otherwise',
  'clearing.checksum': 'the check digit of the routing number does not agree: a digit is wrong',
  'clearing.needed': 'give the clearing code of the bank, or its BIC',
  'clearing.withIban': 'an IBAN says the bank: leave the clearing code empty',
  'country.unknown': 'this is not a country of ISO 3166',
} as const
export const FAULTS = Object.keys(MESSAGES)

function fault(field: string, code: keyof typeof MESSAGES, more = ''): Fault {
  return { field, code, message: MESSAGES[code] + more }
}

export const isCountry = (code: string): boolean => Object.hasOwn(countrySpecs, code)
const withoutDashes = (text: string) => text.replace(/[\s./-]/g, '').toUpperCase()
