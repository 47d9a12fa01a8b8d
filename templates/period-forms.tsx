import type { ComponentChildren } from 'preact'
import type { MoneyText } from '../server/money.ts'
import { Form, LongTextField, TextField, type FormProblem } from './forms.tsx'
import { Amount, Columns, Day, Moment, Month, Name, Said, Table } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

export type OpenItem = {
  readonly id: string
  readonly reference: string
  readonly on: string
  readonly amount: MoneyText
  readonly explanation: { readonly text: string; readonly by: { readonly name: string }; readonly at: string } | null
}

type Proposal = { readonly id: string; readonly reason: string; readonly proposedBy: { readonly name: string } }

/** What the reader may do with this month now; what they may not do is undefined, false or empty. */
export type PartOfMonthProps = {
  readonly fundId: string
  readonly month: string
  readonly t: Texts
  readonly mayCloseSoftly: boolean
  /** Whether its checklist is done, where the reader may close it for good. */
  readonly mayCloseHard: { readonly ready: boolean } | undefined
  /** What would be posted, where the reader may revalue and there is something to post. */
  readonly mayRevalue: MoneyText | undefined
  readonly mayPropose: boolean
  readonly mayConfirm: readonly Proposal[]
  /** Their own proposals, which somebody else confirms. */
  readonly proposed: readonly Proposal[]
  readonly mayExplain: boolean
  readonly newKey: () => string
  /** What was typed into the form that was refused, and what is wrong with it. */
  readonly typed: (form: string) => { problem: FormProblem | undefined; value: (name: string) => string }
}

/** The forms of a month for who may act on it now; nothing for everybody else. */
export function PartOfMonth(props: PartOfMonthProps) {
  const { t, mayCloseSoftly, mayCloseHard, mayRevalue, mayPropose, mayConfirm, proposed } = props
  const any = mayCloseSoftly || mayCloseHard || mayRevalue || mayPropose || mayConfirm.length > 0 || proposed.length > 0
  if (!any) return null
  const words = t.periods
  const month = <Month of={props.month} t={t} />
  return (
    <section class="part" aria-labelledby="part">
      <h2 id="part">{t.act.yourPart}</h2>
      {mayRevalue && (
        <Deed {...props} to="revaluations" words={words.revalue}>
          <Said text={words.revalue.says} amount={<Amount of={mayRevalue} />} month={month} />
        </Deed>
      )}
      {mayCloseSoftly && (
        <Deed {...props} to="closings" words={words.soft} kind="soft">
          <Said text={words.soft.says} month={month} />
        </Deed>
      )}
      {mayCloseHard &&
        (mayCloseHard.ready ? (
          <Deed {...props} to="closings" words={words.hard} kind="hard">
            <Said text={words.hard.says} month={month} />
          </Deed>
        ) : (
          <p>
            <Said text={words.hard.notYet} month={month} />
          </p>
        ))}
      {mayConfirm.map((one) => (
        <Confirmation {...props} proposal={one} />
      ))}
      {proposed.map(({ reason }) => (
        <p>
          <Said text={words.confirm.own} month={month} reason={<Name>{reason}</Name>} />
        </p>
      ))}
      {mayPropose && <Proposing {...props} />}
    </section>
  )
}

type DeedWords = { readonly title: string; readonly button: string }

/** A form with nothing to fill in. */
function Deed({
  fundId,
  month,
  t,
  newKey,
  to,
  words,
  kind,
  children,
}: PartOfMonthProps & { to: string; words: DeedWords; kind?: string; children: ComponentChildren }) {
  return (
    <Form action={`/funds/${fundId}/periods/${month}/${to}`} formKey={newKey()}>
      <h3>{words.title}</h3>
      {kind && <input type="hidden" name="kind" value={kind} />}
      <p>{children}</p>
      <button class="main">
        <Said text={words.button} month={<Month of={month} t={t} />} />
      </button>
    </Form>
  )
}

function Confirmation({ month, t, newKey, proposal }: PartOfMonthProps & { proposal: Proposal }) {
  const words = t.periods.confirm
  const named = <Month of={month} t={t} />
  return (
    <Form action={`/reopenings/${proposal.id}/confirmations`} formKey={newKey()}>
      <h3>{words.title}</h3>
      <p>
        <Said
          text={words.says}
          person={<Name>{proposal.proposedBy.name}</Name>}
          month={named}
          reason={<Name>{proposal.reason}</Name>}
        />
      </p>
      <button class="main">
        <Said text={words.button} month={named} />
      </button>
    </Form>
  )
}

function Proposing({ fundId, month, t, newKey, typed }: PartOfMonthProps) {
  const words = t.periods.reopen
  const { problem, value } = typed('reopen')
  return (
    <Form action={`/funds/${fundId}/periods/${month}/reopenings`} formKey={newKey()}>
      <h3>{words.title}</h3>
      <p>{words.says}</p>
      <LongTextField
        name="reason"
        label={words.reason}
        value={value('reason')}
        rows={3}
        problem={problem}
        form="reopen"
        required
        t={t}
      />
      <button class="main">
        <Said text={words.button} month={<Month of={month} t={t} />} />
      </button>
    </Form>
  )
}

/** What stays open when the month is closed, each with what was said of it, and a place to say it. */
export function OpenItems({ items, ...props }: PartOfMonthProps & { items: readonly OpenItem[] }) {
  const { t } = props
  const words = t.periods
  if (items.length === 0) return null
  return (
    <>
      <h2>{words.openItems}</h2>
      <Table caption={<Said text={words.openItemsCaption} month={<Month of={props.month} t={t} />} />}>
        <Columns names={[words.item, words.day, words.amount, words.explanation]} figures={[words.amount]} />
        <tbody>
          {items.map((one) => (
            <tr>
              <th scope="row">
                <Name>{one.reference}</Name>
              </th>
              <td>
                <Day on={one.on} t={t} />
              </td>
              <td class="figure">
                <Amount of={one.amount} />
              </td>
              <td class="wide">
                <Explained of={one} t={t} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {props.mayExplain &&
        items.filter(({ explanation }) => explanation === null).map((one) => <Explain {...props} item={one} />)}
    </>
  )
}

function Explained({ of: { explanation }, t }: { of: OpenItem; t: Texts }) {
  if (!explanation) return <>{t.periods.unexplained}</>
  return (
    <Said
      text={t.periods.explainedBy}
      explanation={<Name>{explanation.text}</Name>}
      person={<Name>{explanation.by.name}</Name>}
      moment={<Moment at={explanation.at} t={t} />}
    />
  )
}

function Explain({ fundId, month, t, newKey, typed, item }: PartOfMonthProps & { item: OpenItem }) {
  const words = t.periods.explain
  const { problem, value } = typed(item.id)
  return (
    <section class="part">
      <Form action={`/funds/${fundId}/periods/${month}/explanations`} formKey={newKey()}>
        <input type="hidden" name="itemId" value={item.id} />
        <TextField
          name="explanation"
          label={<Said text={words.label} item={<Name>{item.reference}</Name>} />}
          value={value('explanation')}
          problem={problem}
          form={item.id}
          required
          t={t}
        />
        <button>{words.button}</button>
      </Form>
    </section>
  )
}
