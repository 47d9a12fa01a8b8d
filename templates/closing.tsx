import type { ClosingTold, PointTold, RefundDueListed } from '../server/closures/queries.ts'
import { Confirm, Form, LongTextField, SelectField, TextField } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Code, Columns, Day, Figure, Moment, Name, Said, Table } from './parts.tsx'
import { choicesOf, type PartNowProps } from './request-forms.tsx'
import type { Texts } from './texts/texts.ts'

export type ClosingProps = Pick<PartNowProps, 't' | 'newKey' | 'typed' | 'today'> & {
  readonly requestId: string
  readonly closing: ClosingTold
  readonly currency: string
  readonly mayClose: boolean
  readonly mayIdentify: boolean
}

/** How a request stands before it is closed, or that it is; and the forms of who may say what is unspent, and close it. */
export function Closing(props: ClosingProps) {
  const { closing, currency, t, mayClose, mayIdentify } = props
  const words = t.closing
  if (!closing.isClosable && !closing.closure) return null
  const currencyIn = <bdi>{currency}</bdi>
  return (
    <section aria-labelledby="closing">
      <h2 id="closing">{words.title}</h2>
      {closing.closure ? (
        <p>
          <Said
            text={words.closed}
            by={<Name>{closing.closure.by.name}</Name>}
            at={<Moment at={closing.closure.at} t={t} />}
          />{' '}
          <Name>{closing.closure.note}</Name>
        </p>
      ) : (
        <>
          <p>{words.says}</p>
          <Table caption={<Said text={words.caption} currency={currencyIn} />}>
            <Columns names={[words.point, words.state, words.left]} figures={[words.left]} />
            <tbody>
              {closing.points.map((one) => (
                <Point of={one} t={t} />
              ))}
            </tbody>
          </Table>
        </>
      )}
      <UnspentOf {...props} />
      {mayIdentify && <UnspentForm {...props} />}
      {mayClose && <CloseForm {...props} />}
    </section>
  )
}

/** Where on the page what is open is seen to. */
const WHERE: Partial<Record<PointTold['point'], string>> = {
  recoveries: '#recovery',
  findings: '#findings',
  lesson: '#lessons',
  payments: '#payments',
}

function Point({ of: { point, isDone, items, amount }, t }: { of: PointTold; t: Texts }) {
  const words = t.closing
  const itself = point === 'committed'
  const state = isDone ? words.done : itself ? words.byClosing : words.open
  const where = isDone ? undefined : WHERE[point]
  return (
    <tr>
      <th scope="row">{where ? <a href={where}>{words.points[point]}</a> : words.points[point]}</th>
      <td>{isDone || itself ? state : <span class="alarm">{state}</span>}</td>
      <td class="figure">
        {!isDone && (amount ? <Figure of={amount.amount} /> : items > 0 && <bdi dir="ltr">{items}</bdi>)}
      </td>
    </tr>
  )
}

function UnspentOf({ closing, currency, t }: ClosingProps) {
  const words = t.closing
  if (closing.contributions.length === 0) return null
  const figures = [words.funded, words.reported, words.unspent]
  return (
    <Table caption={<Said text={words.unspentCaption} currency={<bdi>{currency}</bdi>} />}>
      <Columns names={[words.contribution, ...figures, words.terms]} figures={figures} />
      <tbody>
        {closing.contributions.map(({ contribution, funded, reported, unspent, terms }) => (
          <tr>
            <th scope="row">
              <a href={`/contributions/${contribution.id}`}>
                <Code>{contribution.code}</Code>
              </a>
            </th>
            {[funded, reported, unspent].map((amount) => (
              <td class="figure">
                <Figure of={amount.amount} />
              </td>
            ))}
            <td>{words.termsOf[terms]}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function UnspentForm({ requestId, currency, t, newKey, typed, today }: ClosingProps) {
  const words = t.closing.unspentForm
  const form = 'unspent'
  const { problem, value } = typed(form)
  const shared = { problem, form, t, required: true }
  return (
    <details class="part" open={problem !== undefined}>
      <summary>{words.title}</summary>
      <Form action={`/requests/${requestId}/recoverables`} formKey={newKey()} id={form}>
        <p>{words.says}</p>
        <SelectField
          name="category"
          label={words.category}
          choices={choicesOf(t.categories)}
          value={value('category', 'grants')}
          {...shared}
        />
        <TextField
          name="amount"
          label={<Said text={words.amount} currency={<bdi>{currency}</bdi>} />}
          hint={t.amountHint}
          value={value('amount')}
          inputMode="decimal"
          leftToRight
          {...shared}
        />
        <TextField
          name="identifiedOn"
          type="date"
          label={words.identifiedOn}
          value={value('identifiedOn', today)}
          {...shared}
        />
        <LongTextField name="reason" label={words.reason} value={value('reason')} rows={2} {...shared} />
        <button class="main">{words.button}</button>
      </Form>
    </details>
  )
}

function CloseForm({ requestId, t, newKey, typed }: ClosingProps) {
  const words = t.closing
  const form = 'close'
  const { problem, value } = typed(form)
  return (
    <section class="part" aria-labelledby="close-title">
      <Form action={`/requests/${requestId}/closures`} formKey={newKey()} id={form}>
        <h3 id="close-title">{words.button}</h3>
        <LongTextField
          name="note"
          label={words.note}
          value={value('note')}
          rows={2}
          problem={problem}
          form={form}
          t={t}
        />
        <Confirm name="confirmed" label={words.confirm} problem={problem} form={form} />
        <button class="main">{words.button}</button>
      </Form>
    </section>
  )
}

/** What is due back to donors, contribution by contribution. */
export function refundsDuePage(
  frame: Omit<Frame, 'title'>,
  { items, currency }: { readonly items: readonly RefundDueListed[]; readonly currency: string },
): string {
  const { t } = frame
  const words = t.refundsDue
  const figures = [words.unspent, words.available, words.due]
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      {items.length === 0 ? (
        <p class="calm">{words.none}</p>
      ) : (
        <>
          <p>{words.says}</p>
          <Table caption={<Said text={words.caption} currency={<bdi>{currency}</bdi>} />}>
            <Columns
              names={[words.contribution, words.donor, words.terms, words.spendBy, ...figures]}
              figures={figures}
            />
            <tbody>
              {items.map((one) => (
                <tr>
                  <th scope="row">
                    <a href={`/contributions/${one.contribution.id}`}>
                      <Code>{one.contribution.code}</Code>
                    </a>
                  </th>
                  <td>
                    <Name>{one.donor.name}</Name>
                  </td>
                  <td>{t.closing.termsOf[one.terms]}</td>
                  <td>
                    {one.spendBy ? <Day on={one.spendBy} t={t} /> : t.none}{' '}
                    {one.isOver && <span class="alarm">{words.over}</span>}
                  </td>
                  {[one.unspent, one.available, one.due].map((amount) => (
                    <td class="figure">
                      <Figure of={amount.amount} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </Table>
        </>
      )}
    </>,
  )
}
