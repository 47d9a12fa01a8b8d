import { PaysTo } from './bank-details.tsx'
import type { PaymentShown } from '../server/console/queries.ts'
import { Form } from './forms.tsx'
import { Amount, Code, Name, Said } from './parts.tsx'
import type { PartNowProps } from './request-forms.tsx'

/** A payment that is released alone, or the way to the file that it is in with others. */
export function Release({ names, t, newKey, payment }: PartNowProps & { payment: PaymentShown }) {
  const words = t.act.release
  if (payment.fileId && payment.fileCount !== 1)
    return (
      <p>
        <Code>{payment.code}</Code>: <a href={`/payment-files/${payment.fileId}`}>{t.paymentFiles.inFile}</a>
      </p>
    )
  return (
    <Form action={`/payments/${payment.id}/releases`} formKey={newKey()}>
      <h3>
        <Said text={words.title} code={<Code>{payment.code}</Code>} />
      </h3>
      <PaysTo payment={payment} t={t} />
      <p>{payment.releases.length === 0 ? words.first : words.second}</p>
      <button class="main">
        <Said text={words.button} amount={<Amount of={payment.amount} />} payee={<Name>{names.payee}</Name>} />
      </button>
    </Form>
  )
}
