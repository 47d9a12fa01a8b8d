import type { MoneyText } from '../server/money.ts'
import { DoneNote, FieldForm, type Field, type Row, type Typed } from './fields.tsx'
import { Problem, type Choice, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Day, Name, Said } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

export type ReceiptsShown = {
  readonly fundId: string
  /** Receipts of which something is unidentified, the oldest first. */
  readonly receipts: readonly {
    readonly id: string
    readonly receivedOn: string
    readonly reference: string
    readonly unapplied: MoneyText
  }[]
  readonly mayReceive: boolean
  readonly accounts: readonly Choice[]
  readonly contributions: readonly Choice[]
  readonly next: string | null
  readonly today: string
  readonly currency: string
  readonly done: string | undefined
  readonly problem: { readonly problem: FormProblem; readonly form: string } | undefined
  readonly typed: (form: string) => Typed
  readonly newKey: () => string
}

/** Money that came and of which nobody knows yet what it is for: each with the form that says so, and the form to record more. */
export function receiptsPage(frame: Omit<Frame, 'title'>, shown: ReceiptsShown): string {
  const { t } = frame
  const words = t.unidentified
  const { receipts, next } = shown
  return page(
    { ...frame, title: words.title },
    <>
      {shown.problem && <Problem {...shown.problem} t={t} />}
      <DoneNote>{shown.done}</DoneNote>
      <h1>{words.title}</h1>
      <p>{words.says}</p>
      {receipts.length === 0 && <p class="calm">{words.none}</p>}
      {receipts.map((one) => (
        <section class="part" id={one.id} aria-labelledby={`${one.id}-title`}>
          <h2 id={`${one.id}-title`}>
            <Amount of={one.unapplied} /> <Name>{one.reference}</Name>
          </h2>
          <p>
            <Said text={words.cameOn} day={<Day on={one.receivedOn} t={t} />} />
          </p>
          {shown.mayReceive && <Apply {...{ one, shown, t }} />}
        </section>
      ))}
      <p class="pages">
        {next && (
          <a rel="next" href={next}>
            {t.more}
          </a>
        )}
      </p>
      {shown.mayReceive && <Receive shown={shown} t={t} />}
    </>,
  )
}

function Apply({ one, shown, t }: { one: ReceiptsShown['receipts'][number]; shown: ReceiptsShown; t: Texts }) {
  const words = t.unidentified
  const fields: Field[] = [
    { name: 'contributionId', label: words.contribution, kind: 'one', choices: shown.contributions, required: true },
    { name: 'amount', label: words.amount, kind: 'amount', hint: words.amountHint },
    { name: 'appliedOn', label: words.appliedOn, kind: 'date', now: shown.today },
  ]
  return (
    <FieldForm
      action={`/receipts/${one.id}/applications`}
      {...{ fields, button: words.apply, formKey: shown.newKey(), typed: shown.typed(one.id), form: one.id, t }}
    />
  )
}

function Receive({ shown, t }: { shown: ReceiptsShown; t: Texts }) {
  const words = t.unidentified
  const amount = { kind: 'amount', hint: t.amountHint } as const
  const fields: (Field | Row)[] = [
    { name: 'receivedOn', label: words.receivedOn, kind: 'date', required: true, now: shown.today },
    { name: 'bankAccountId', label: words.account, kind: 'one', choices: shown.accounts, required: true },
    {
      row: [
        { name: 'sent', label: words.sent, required: true, ...amount },
        { name: 'currency', label: t.rates.currency, kind: 'code', most: 3, required: true, now: shown.currency },
      ],
    },
    {
      row: [
        { name: 'bankValue', label: words.bankValue, required: true, ...amount },
        { name: 'bankCharge', label: words.bankCharge, ...amount },
      ],
    },
    { name: 'reference', label: words.reference, most: 200, required: true },
  ]
  return (
    <section class="part" aria-labelledby="receive-title">
      <h2 id="receive-title">{words.record}</h2>
      <FieldForm
        action={`/funds/${shown.fundId}/receipts`}
        {...{ fields, button: words.recordButton, formKey: shown.newKey(), typed: shown.typed('receive') }}
        {...{ form: 'receive', t }}
      />
    </section>
  )
}
