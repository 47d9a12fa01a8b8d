import { Form, Problem, SelectField, TextField, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Code, Facts, LongCode, Moment, Name, Said } from './parts.tsx'
import { choicesOf } from './request-forms.tsx'
import type { Texts } from './texts/texts.ts'

type Details = {
  readonly scheme: string
  readonly account: string
  readonly bic: string | null
  readonly clearingCode: string | null
  readonly bankName: string
  readonly bankCountry: string
  readonly holder: string
  readonly setAt: string
  readonly address: Readonly<Record<'street' | 'building' | 'postCode' | 'town' | 'country', string | null>>
}

export type OwnAccount = {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly currency: string
  readonly details: Details | null
}

export type AccountsShown = {
  readonly accounts: readonly OwnAccount[]
  readonly mayChange: boolean
  readonly done: string | undefined
  /** What was refused, of which account. */
  readonly refused:
    | { readonly form: string; readonly problem: FormProblem; readonly fields: Readonly<Record<string, string>> }
    | undefined
  readonly newKey: () => string
}

/** Where the fund's own accounts are kept. */
export function bankAccountsPage(frame: Omit<Frame, 'title'>, shown: AccountsShown): string {
  const { t } = frame
  const words = t.paymentFiles
  return page(
    { ...frame, title: words.accounts },
    <>
      {shown.refused && <Problem problem={shown.refused.problem} t={t} form={shown.refused.form} />}
      {shown.done && (
        <p class="done" role="status">
          {shown.done}
        </p>
      )}
      <h1>{words.accounts}</h1>
      <p>{words.accountsSays}</p>
      {shown.accounts.map((account) => (
        <section aria-labelledby={`a-${account.id}`}>
          <h2 id={`a-${account.id}`}>
            <Name>{account.name}</Name> <Code>{account.currency}</Code>
          </h2>
          {account.details ? <Known of={account.details} t={t} /> : <p class="calm">{words.noDetails}</p>}
          {shown.mayChange && <Change {...shown} account={account} t={t} />}
        </section>
      ))}
    </>,
  )
}

function Known({ of, t }: { of: Details; t: Texts }) {
  const words = t.paymentFiles
  const { street, building, postCode, town, country } = of.address
  return (
    <Facts
      of={[
        [of.scheme === 'iban' ? words.schemes.iban : words.number, <LongCode of={of.account} />],
        [words.bic, of.bic && <Code>{of.bic}</Code>],
        [words.clearingCode, of.clearingCode && <Code>{of.clearingCode}</Code>],
        [words.bankName, <Name>{of.bankName}</Name>],
        [words.holder, <Name>{of.holder}</Name>],
        [words.address, <Name>{[street, building, postCode, town, country].filter(Boolean).join(', ')}</Name>],
        [words.setAt, <Moment at={of.setAt} t={t} />],
      ]}
    />
  )
}

function Change({ account, refused, newKey, t }: AccountsShown & { account: OwnAccount; t: Texts }) {
  const words = t.paymentFiles
  const form = account.id
  const typed = refused?.form === form ? refused : undefined
  const { details } = account
  const { address, ...numbers } = details ?? {}
  const before: Record<string, string | null | undefined> = { ...numbers, ...address }
  const field = (name: keyof typeof words & string, { as = name as string, required = false, hint = '' } = {}) => (
    <TextField
      name={as}
      label={words[name] as string}
      value={typed?.fields[as] ?? before[as] ?? ''}
      {...{ form, t, required, problem: typed?.problem, ...(hint ? { hint } : {}) }}
    />
  )
  return (
    <details class="part" open={typed !== undefined}>
      <summary>
        <Said text={words.change} account={<Name>{account.name}</Name>} />
      </summary>
      <Form action={`/bank-accounts/${account.id}/details`} formKey={newKey()}>
        <SelectField
          name="scheme"
          label={words.scheme}
          choices={choicesOf(words.schemes)}
          value={typed?.fields.scheme ?? details?.scheme ?? 'iban'}
          {...{ form, t, problem: typed?.problem }}
          required
        />
        {field('number', { as: 'account', required: true })}
        {field('bic')}
        {field('clearingCode')}
        {field('bankName', { required: true })}
        {field('bankCountry', { hint: words.bankCountryHint })}
        {field('holder', { required: true })}
        {field('street')}
        {field('building')}
        {field('postCode')}
        {field('town', { required: true })}
        {field('country', { required: true })}
        <button class="main">{words.keep}</button>
      </Form>
    </details>
  )
}
