import { Release } from './payment-release.tsx'
import { AlikeFields } from './alike.tsx'
import type { NamesOfRequest, PaymentShown } from '../server/console/queries.ts'
import type { MoneyText } from '../server/money.ts'
import type { readRequest } from '../server/requests/queries.ts'
import {
  ChoiceGroup,
  Confirm,
  Form,
  LongTextField,
  SelectField,
  TextField,
  type Choice,
  type FormProblem,
} from './forms.tsx'
import { Amount, Code, Name, Said } from './parts.tsx'
import { missingNames } from './refused.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

type RequestTold = Awaited<ReturnType<typeof readRequest>>['body']

/** What the reader may do with this request now; what they may not do is undefined or empty. */
export type PartNowProps = {
  readonly request: RequestTold
  readonly names: NamesOfRequest
  readonly t: Texts
  readonly mayEdit: boolean
  /** What is still missing before it can be submitted, where the reader may submit it. */
  readonly maySubmit: { readonly missing: readonly string[] } | undefined
  readonly mayDecide: { readonly role: string; readonly onBehalfOf: string | undefined } | undefined
  /** Why the reader may not, though their role could. */
  readonly blocked: string | undefined
  readonly mayCertify:
    | {
        readonly free: MoneyText
        readonly bankAccounts: readonly { id: string; name: string; currency: string }[]
      }
    | undefined
  readonly mayRelease: readonly PaymentShown[]
  readonly maySettle: readonly PaymentShown[]
  readonly mayComeBack: readonly PaymentShown[]
  readonly mayTakeBack: readonly PaymentShown[]
  /** Payments of which this controller may let the bank keep more than the usual. */
  readonly mayConfirmCharge: readonly PaymentShown[]
  readonly mayWithdraw: boolean
  /** What came back of an unwound request, and what will not. */
  readonly mayRecover: { readonly bankAccounts: readonly { id: string; name: string; currency: string }[] } | undefined
  readonly mayGiveUp: boolean
  /** Reasons for which the reader may stop the clock, or let it go on. */
  readonly mayStopFor: readonly string[]
  readonly today: string
  readonly newKey: () => string
  /** What was typed into the form that was refused, and what is wrong with it. */
  readonly typed: (form: string) => Typed
}
export type Typed = {
  readonly problem: FormProblem | undefined
  readonly value: (name: string, otherwise?: string) => string
}

/** The forms of this request for who may act on it now; nothing for everybody else. */
export function PartNow(props: PartNowProps) {
  const { t, mayEdit, maySubmit, mayDecide, mayCertify, mayRelease, maySettle, blocked, request } = props
  const any = mayEdit || maySubmit || mayDecide || mayCertify || mayRelease.length > 0 || maySettle.length > 0
  if (!any && !blocked) return null
  return (
    <section class="part" aria-labelledby="part">
      <h2 id="part">{t.act.yourPart}</h2>
      {blocked && (
        <p>
          <Said text={t.act.blocked} why={blocked} />
        </p>
      )}
      {mayEdit && (
        <p>
          <a class="button" href={`/requests/${request.id}/edit`}>
            {t.request.edit}
          </a>
        </p>
      )}
      {maySubmit && <Submit {...props} missing={maySubmit.missing} />}
      {mayDecide && <Decide {...props} {...mayDecide} />}
      {mayCertify && <Certify {...props} />}
      {mayRelease.map((payment) => (
        <Release {...props} payment={payment} />
      ))}
      {maySettle.map((payment) => (
        <Settle {...props} payment={payment} />
      ))}
    </section>
  )
}

function Submit({ request, names, t, newKey, missing }: PartNowProps & { missing: readonly string[] }) {
  const words = t.act.submit
  if (missing.length > 0) {
    return (
      <p>
        <Said text={words.incomplete} missing={missingNames(missing, t)} />
      </p>
    )
  }
  const values = { amount: <Amount of={request.amount} />, payee: <Name>{names.payee}</Name> }
  return (
    <Form action={`/requests/${request.id}/submissions`} formKey={newKey()}>
      <h3>{words.title}</h3>
      <input type="hidden" name="version" value={request.version} />
      <p>
        <Said text={words.says} {...values} />
      </p>
      <button class="main">
        <Said text={words.button} {...values} />
      </button>
    </Form>
  )
}

function Decide(props: PartNowProps & { role: string; onBehalfOf: string | undefined }) {
  const { request, names, t, newKey, typed, role, onBehalfOf } = props
  const words = t.act.decide
  const form = 'decide'
  const { problem, value } = typed(form)
  const values = { amount: <Amount of={request.amount} />, payee: <Name>{names.payee}</Name> }
  const ratifies = request.advance?.status === 'active'
  // Money that may move already is ratified or not; what is approved already waits for its bank details only.
  const offered = (verdict: string) =>
    verdict === 'approve' || (!request.bankDetailsChanged?.reopened && (!ratifies || verdict === 'reject'))
  return (
    <Form action={`/requests/${request.id}/decisions`} formKey={newKey()} id={form}>
      <h3>
        <Said text={ratifies ? t.advance.decideTitle : words.title} role={wordFor(t.roles, role)} />
      </h3>
      {ratifies && <p class="hint">{t.advance.decideHint}</p>}
      {onBehalfOf && (
        <p>
          <Said text={t.delegations.youDecideFor} name={<Name>{onBehalfOf}</Name>} />
        </p>
      )}
      <input type="hidden" name="contentHash" value={request.contentHash ?? ''} />
      <ChoiceGroup
        type="radio"
        name="verdict"
        legend={<Said text={words.legend} {...values} />}
        choices={choicesOf(t.verdicts).filter(({ value }) => offered(value))}
        chosen={[value('verdict')]}
        problem={problem}
        form={form}
        required
      />
      <LongTextField
        name="reason"
        label={words.reason}
        hint={words.reasonHint}
        value={value('reason')}
        rows={3}
        problem={problem}
        form={form}
        t={t}
      />
      <Confirm name="confirmed" label={<Said text={words.confirm} {...values} />} problem={problem} form={form} />
      <button class="main">{words.button}</button>
    </Form>
  )
}

function Certify({ request, names, t, newKey, typed, mayCertify }: PartNowProps) {
  const words = t.act.certify
  const form = 'certify'
  const { problem, value } = typed(form)
  const { free, bankAccounts } = mayCertify!
  const payee = <Name>{names.payee}</Name>
  if (!names.payeeVerified) {
    return (
      <p>
        <Said text={words.notVerified} payee={payee} />
      </p>
    )
  }
  const categories = [...new Set(request.lines.map(({ category }) => category))]
  const shared = { problem, form, t }
  return (
    <Form action={`/requests/${request.id}/payments`} formKey={newKey()} id={form}>
      <h3>{words.title}</h3>
      <p>
        <Said text={words.says} free={<Amount of={free} />} payee={payee} />
      </p>
      <TextField
        name="amount"
        label={<Said text={words.amount} currency={<bdi>{free.currency}</bdi>} />}
        hint={t.amountHint}
        value={value('amount', free.amount)}
        inputMode="decimal"
        leftToRight
        required
        {...shared}
      />
      <SelectField
        name="category"
        label={words.category}
        choices={categories.map((category) => ({ value: category, label: wordFor(t.categories, category) }))}
        value={value('category', categories.length === 1 ? categories[0] : '')}
        required
        {...shared}
      />
      <SelectField
        name="bankAccountId"
        label={words.bankAccount}
        choices={bankAccounts.map(({ id, name, currency }) => ({ value: id, label: `${name} (${currency})` }))}
        value={value('bankAccountId', bankAccounts.length === 1 ? bankAccounts[0]!.id : '')}
        required
        {...shared}
      />
      <TextField name="memo" label={words.memo} value={value('memo')} maxLength={140} {...shared} />
      {problem?.alike && <AlikeFields of={problem.alike} value={value} form={form} t={t} />}
      <button class="main">
        <Said text={words.button} payee={payee} />
      </button>
    </Form>
  )
}

function Settle({ names, t, newKey, typed, today, payment }: PartNowProps & { payment: PaymentShown }) {
  const words = t.act.settle
  const form = payment.id
  const { problem, value } = typed(form)
  const { instructed } = payment
  const currency = <bdi>{instructed.currency}</bdi>
  const values = { amount: <Amount of={instructed} />, payee: <Name>{names.payee}</Name> }
  const shared = { problem, form, t }
  return (
    <Form action={`/payments/${payment.id}/settlements`} formKey={newKey()}>
      <h3>
        <Said text={words.title} code={<Code>{payment.code}</Code>} />
      </h3>
      <p>
        <Said text={words.says} {...values} />
      </p>
      <TextField
        name="valueDate"
        type="date"
        label={words.valueDate}
        value={value('valueDate', today)}
        required
        {...shared}
      />
      <TextField
        name="debited"
        label={<Said text={words.debited} currency={currency} />}
        hint={t.amountHint}
        value={value('debited', instructed.amount)}
        inputMode="decimal"
        leftToRight
        required
        {...shared}
      />
      <TextField
        name="charge"
        label={<Said text={words.charge} currency={currency} />}
        value={value('charge')}
        inputMode="decimal"
        leftToRight
        {...shared}
      />
      <TextField
        name="reference"
        label={words.reference}
        value={value('reference')}
        maxLength={140}
        required
        {...shared}
      />
      <button class="main">
        <Said text={words.button} {...values} />
      </button>
    </Form>
  )
}

/** The codes of a list with their words, to choose from. */
export function choicesOf(words: Readonly<Record<string, string>>): Choice[] {
  return Object.entries(words).map(([value, label]) => ({ value, label }))
}
