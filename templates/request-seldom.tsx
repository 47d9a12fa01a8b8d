import type { PaymentShown } from '../server/console/queries.ts'
import { FieldForm, type Field, type Typed } from './fields.tsx'
import { Amount, Code, Said } from './parts.tsx'
import type { PartNowProps } from './request-forms.tsx'
import { choicesOf } from './request-forms.tsx'
import type { Texts } from './texts/texts.ts'

type Props = Pick<PartNowProps, 'newKey' | 'typed' | 'mayConfirmCharge' | 'mayWithdraw'> & {
  readonly requestId: string
  readonly t: Texts
}

/** What is seldom done about a request, folded away: a bank kept much of a payment, or nobody needs the money any more. */
export function Seldom(props: Props) {
  return (
    <>
      {props.mayConfirmCharge.map((payment) => (
        <ConfirmCharge {...props} payment={payment} />
      ))}
      {props.mayWithdraw && <Withdraw {...props} />}
    </>
  )
}

/** A controller says how much the bank may keep of a payment, before somebody else records it. */
function ConfirmCharge({ payment, typed, newKey, t }: Props & { payment: PaymentShown }) {
  const words = t.charge
  const form = `charge-${payment.id}`
  const { instructed, status } = payment
  const events = status === 'settled' ? { return: words.events.return } : words.events
  const fields: Field[] = [
    { name: 'event', label: words.event, kind: 'one', choices: choicesOf(events), required: true },
    {
      name: 'amount',
      label: <Said text={words.amount} currency={<bdi>{instructed.currency}</bdi>} />,
      kind: 'amount',
      hint: t.amountHint,
      required: true,
    },
    { name: 'reason', label: words.reason, kind: 'long', required: true },
  ]
  return (
    <details class="part" open={typed(form).problem !== undefined}>
      <summary>
        <Said text={words.title} code={<Code>{payment.code}</Code>} />
      </summary>
      <p>
        <Said text={words.says} amount={<Amount of={instructed} />} />
      </p>
      <FieldForm
        action={`/payments/${payment.id}/charge-approvals`}
        {...{ fields, button: words.button, formKey: newKey(), typed: whole(typed(form)), form, t }}
      />
    </details>
  )
}

function Withdraw({ requestId, typed, newKey, t }: Props) {
  const words = t.withdrawal
  const fields: Field[] = [{ name: 'reason', label: words.reason, kind: 'long', required: true }]
  return (
    <details class="part" open={typed('withdraw').problem !== undefined}>
      <summary>{words.title}</summary>
      <p>{words.says}</p>
      <FieldForm
        action={`/requests/${requestId}/withdrawals`}
        {...{ fields, button: words.button, formKey: newKey(), typed: whole(typed('withdraw')), form: 'withdraw', t }}
      />
    </details>
  )
}

/** None of these forms has a list to tick. */
function whole(typed: ReturnType<PartNowProps['typed']>): Typed {
  return { ...typed, chosen: (_name, otherwise = []) => otherwise }
}
