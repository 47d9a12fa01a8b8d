import type { ContributionTold } from './contribution.tsx'
import { ChoiceGroup, Form, LongTextField, SelectField, TextField, type Choice, type FormProblem } from './forms.tsx'
import { Amount, Name, Said } from './parts.tsx'
import { choicesOf, type Typed } from './request-forms.tsx'
import type { Texts } from './texts/texts.ts'

/** What the reader may record about this contribution now; what they may not is false or undefined. */
export type FormsOfContribution = {
  readonly contribution: ContributionTold
  /** Of the fund. */
  readonly currency: string
  readonly mayAgree: boolean
  readonly mayFulfil: boolean
  /** The accounts on which it can have come. */
  readonly mayReceive: readonly { id: string; name: string; currency: string }[] | undefined
  readonly refused:
    | { readonly form: string; readonly problem: FormProblem; readonly fields: Readonly<Record<string, string>> }
    | undefined
  readonly today: string
  readonly newKey: () => string
}
type Props = FormsOfContribution & { readonly t: Texts }

/** The forms of a contribution for who may use them now; nothing for everybody else. */
export function ContributionForms(props: Props) {
  const { mayAgree, mayFulfil, mayReceive, t } = props
  if (!mayAgree && !mayFulfil && !mayReceive) return null
  return (
    <section class="part" aria-labelledby="part">
      <h2 id="part">{t.act.yourPart}</h2>
      {mayAgree && <Agree {...props} />}
      {mayFulfil && <Fulfil {...props} />}
      {mayReceive && <Receive {...props} accounts={mayReceive} />}
    </section>
  )
}

function typedIn({ refused }: Props, form: string): Typed {
  const typed = refused?.form === form ? refused : undefined
  return { problem: typed?.problem, value: (name, otherwise = '') => typed?.fields[name] ?? otherwise }
}

function Agree(props: Props) {
  const { contribution, today, newKey, t } = props
  const words = t.moneyIn.agree
  const form = 'agree'
  const { problem, value } = typedIn(props, form)
  const shared = { problem, form, t }
  return (
    <Form action={`/contributions/${contribution.id}/agreements`} formKey={newKey()} id={form}>
      <h3>{words.title}</h3>
      <div class="pair">
        <TextField
          name="amount"
          label={words.amount}
          hint={t.amountHint}
          value={value('amount', contribution.pledged.amount)}
          inputMode="decimal"
          leftToRight
          required
          {...shared}
        />
        <TextField
          name="currency"
          label={words.currency}
          hint={t.pledge.currencyHint}
          value={value('currency', contribution.pledged.currency)}
          maxLength={3}
          leftToRight
          required
          {...shared}
        />
      </div>
      <TextField
        name="signedOn"
        type="date"
        label={words.signedOn}
        value={value('signedOn', today)}
        required
        {...shared}
      />
      <TermsAgreed {...{ problem, value, t }} />
      <TextField name="reference" label={words.reference} value={value('reference')} maxLength={200} {...shared} />
      <button class="main">
        <Said text={words.button} donor={<Name>{contribution.donor.name}</Name>} />
      </button>
    </Form>
  )
}

/** Whether a condition stands before the money, and what of it is support cost. */
function TermsAgreed({ problem, value, t }: Typed & { t: Texts }) {
  const words = t.moneyIn.agree
  const form = 'agree'
  const shared = { problem, form, t }
  const yesOrNo: Choice[] = [
    { value: 'no', label: words.no },
    { value: 'yes', label: words.yes },
  ]
  return (
    <>
      <ChoiceGroup
        type="radio"
        name="conditional"
        legend={words.conditional}
        choices={yesOrNo}
        chosen={[value('conditional')]}
        problem={problem}
        form={form}
        required
      />
      <LongTextField name="condition" label={words.condition} value={value('condition')} rows={2} {...shared} />
      <TextField
        name="supportCost"
        label={words.supportCost}
        hint={words.supportCostHint}
        value={value('supportCost')}
        inputMode="decimal"
        leftToRight
        required
        {...shared}
      />
      <SelectField
        name="base"
        label={words.base}
        choices={choicesOf(t.supportCostBases)}
        value={value('base', 'deposit')}
        required
        {...shared}
      />
      <SelectField
        name="unspent"
        label={t.agreementUnspent}
        choices={choicesOf(t.closing.termsOf)}
        value={value('unspent', 'stay')}
        required
        {...shared}
      />
    </>
  )
}

function Fulfil(props: Props) {
  const { contribution, today, newKey, t } = props
  const words = t.moneyIn.fulfil
  const form = 'fulfil'
  const { problem, value } = typedIn(props, form)
  const shared = { problem, form, t, required: true }
  return (
    <Form action={`/contributions/${contribution.id}/fulfilments`} formKey={newKey()} id={form}>
      <h3>{words.title}</h3>
      <TextField name="metOn" type="date" label={words.metOn} value={value('metOn', today)} {...shared} />
      <LongTextField name="evidence" label={words.evidence} value={value('evidence')} rows={2} {...shared} />
      <button class="main">{words.button}</button>
    </Form>
  )
}

function Receive(props: Props & { accounts: readonly { id: string; name: string; currency: string }[] }) {
  const { contribution, accounts, newKey, t } = props
  const words = t.moneyIn.receive
  const form = 'receive'
  const { problem, value } = typedIn(props, form)
  const { outstanding } = contribution.figures.original
  const donor = <Name>{contribution.donor.name}</Name>
  const shared = { problem, form, t }
  const required = { ...shared, required: true }
  const amount = { inputMode: 'decimal', leftToRight: true } as const
  return (
    <Form action={`/contributions/${contribution.id}/receipts`} formKey={newKey()} id={form}>
      <h3>{words.title}</h3>
      <p>
        <Said text={words.says} amount={<Amount of={outstanding} />} donor={donor} />
      </p>
      <ReceivedWhere {...props} {...{ accounts, value }} shared={required} />
      <div class="pair">
        <TextField name="sent" label={words.sent} hint={t.amountHint} value={value('sent')} {...amount} {...required} />
        <TextField
          name="currency"
          label={words.currency}
          hint={t.pledge.currencyHint}
          value={value('currency', outstanding.currency)}
          maxLength={3}
          leftToRight
          {...required}
        />
      </div>
      <div class="pair">
        <TextField name="bankValue" label={words.bankValue} value={value('bankValue')} {...amount} {...required} />
        <TextField name="bankCharge" label={words.bankCharge} value={value('bankCharge')} {...amount} {...shared} />
      </div>
      <TextField
        name="appliedAmount"
        label={words.applied.replace('{currency}', outstanding.currency)}
        hint={words.appliedHint.replace('{currency}', outstanding.currency)}
        value={value('appliedAmount')}
        {...amount}
        {...shared}
      />
      <button class="main">
        <Said text={words.button} donor={donor} />
      </button>
    </Form>
  )
}

/** The line of the statement on which it stands. */
function ReceivedWhere({
  accounts,
  value,
  today,
  shared,
  t,
}: Props & {
  accounts: readonly { id: string; name: string; currency: string }[]
  value: Typed['value']
  shared: { problem: FormProblem | undefined; form: string; t: Texts; required: boolean }
}) {
  const words = t.moneyIn.receive
  return (
    <>
      <TextField
        name="receivedOn"
        type="date"
        label={words.receivedOn}
        value={value('receivedOn', today)}
        {...shared}
      />
      <SelectField
        name="bankAccountId"
        label={words.bankAccount}
        choices={accounts.map(({ id, name, currency }) => ({ value: id, label: `${name} (${currency})` }))}
        value={value('bankAccountId', accounts.length === 1 ? accounts[0]!.id : '')}
        {...shared}
      />
      <TextField name="reference" label={words.reference} value={value('reference')} maxLength={200} {...shared} />
    </>
  )
}
