import type { CorrectionTold, Shown } from '../server/corrections/queries.ts'
import { Ways } from './audit-ways.tsx'
import { Downstream } from './correction-uses.tsx'
import { Confirm, Form, LongTextField, Problem, type FormProblem } from './forms.tsx'
import { statementOf } from './ledger.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Day, Facts, Figure, LongCode, Moment, Name, Said, Status, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type CorrectionList = {
  readonly fund: { readonly id: string }
  readonly items: readonly CorrectionTold[]
  readonly next: string | null
}

/** Corrections of the fund, the newest first. */
export function correctionsPage(frame: Omit<Frame, 'title'>, { fund, items, next }: CorrectionList): string {
  const { t } = frame
  const words = t.corrections
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      <Ways fundId={fund.id} current="/corrections" t={t} />
      {items.length === 0 && <p class="calm">{words.empty}</p>}
      {items.length > 0 && (
        <Table caption={words.caption}>
          <Columns names={[words.proposed, words.about, words.status, words.reason, words.proposedBy, words.endedBy]} />
          <tbody>
            {items.map((one) => (
              <tr>
                <th scope="row">
                  <a href={`/corrections/${one.id}`}>
                    <Moment at={one.proposedAt} t={t} />
                  </a>
                </th>
                <td>
                  {wordFor(t.events, one.kind)} <EntryLink fundId={fund.id} id={one.entryId} />
                </td>
                <td>
                  <Status of={one.status} words={words.statuses} />
                </td>
                <td class="wide">
                  <Name>{one.reason}</Name>
                </td>
                <td>
                  <Name>{one.proposedBy.name}</Name>
                </td>
                <td>{one.ending && <Name>{one.ending.by.name}</Name>}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <p class="pages">
        {next && (
          <a rel="next" href={next}>
            {words.earlier}
          </a>
        )}
      </p>
    </>,
  )
}

export type CorrectionShown = {
  readonly fund: { readonly id: string; readonly currency: string }
  readonly correction: CorrectionTold & {
    readonly confirmers: readonly ('controller' | 'director')[]
    readonly lapsed: boolean
    readonly shown: Shown
  }
  readonly mayDecide: boolean
  readonly mayWithdraw: boolean
  readonly done: string | undefined
  readonly problem: FormProblem | undefined
  readonly typedReason: string
  readonly newKey: () => string
}

/** A correction: what it does, what it touches, and the forms for who may end it. */
export function correctionPage(frame: Omit<Frame, 'title'>, all: CorrectionShown): string {
  const { t } = frame
  const words = t.corrections
  const { correction, fund, problem, done } = all
  const { shown } = correction
  const open = correction.status === 'proposed'
  return page(
    { ...frame, title: words.one },
    <>
      {problem && <Problem problem={problem} t={t} form="decide" />}
      {done && (
        <p class="done" role="status">
          {done}
        </p>
      )}
      <h1>{words.one}</h1>
      {open && (
        <p class={correction.lapsed ? 'alarm' : 'calm'}>{correction.lapsed ? words.hasLapsed : words.nothingPosted}</p>
      )}
      <CorrectionFacts {...all} t={t} />
      {shown.entries.map((entry, i) => (
        <Postings entry={entry} id={[correction.mirror, ...correction.corrected][i] ?? null} fund={fund} t={t} />
      ))}
      <Balances balances={shown.balances} fund={fund} t={t} />
      <h2>{words.built}</h2>
      <Downstream shown={shown} fund={fund} t={t} />
      {open && <Parts {...all} t={t} />}
    </>,
  )
}

type Told = CorrectionShown & { t: Texts }
type Fund = CorrectionShown['fund']

function CorrectionFacts({ correction, fund, t }: Told) {
  const words = t.corrections
  const { ending, shown } = correction
  return (
    <Facts
      of={[
        [words.about, <WrongEntry kind={correction.kind} fundId={fund.id} id={correction.entryId} t={t} />],
        [words.status, <Status of={correction.status} words={words.statuses} />],
        [words.reason, <Name>{correction.reason}</Name>],
        [words.proposedBy, <Name>{correction.proposedBy.name}</Name>],
        [words.proposed, <Moment at={correction.proposedAt} t={t} />],
        [words.endedBy, ending && <Name>{ending.by.name}</Name>],
        [words.ended, ending && <Moment at={ending.at} t={t} />],
        [words.endingReason, ending?.reason && <Name>{ending.reason}</Name>],
        [words.closedMonths, shown.closedMonths.length > 0 && <Code>{shown.closedMonths.join(', ')}</Code>],
        [words.seal, shown.seal !== null && <Code>{shown.seal}</Code>],
      ]}
    />
  )
}

function WrongEntry({ kind, fundId, id, t }: { kind: string; fundId: string; id: string; t: Texts }) {
  return (
    <>
      {wordFor(t.events, kind)} <EntryLink fundId={fundId} id={id} />
    </>
  )
}

function EntryLink({ fundId, id }: { fundId: string; id: string }) {
  return (
    <a href={`/funds/${fundId}/ledger/entries/${id}`}>
      <Code>{id}</Code>
    </a>
  )
}

type PostingsProps = { entry: Shown['entries'][number]; id: string | null; fund: Fund; t: Texts }

function Postings({ entry, id, fund, t }: PostingsProps) {
  const words = t.corrections
  const functional = t.ledger.functional.replace('{currency}', fund.currency)
  const figures = [t.ledger.amount, functional]
  return (
    <>
      <h2>
        {entry.takesBack ? words.mirror : words.right} {id && <EntryLink fundId={fund.id} id={id} />}
      </h2>
      <Table
        caption={
          <>
            <Said
              text={words.eventOn}
              event={wordFor(t.events, entry.kind)}
              day={<Day on={entry.occurredOn} t={t} />}
            />
            {entry.occurredOn !== entry.valueOn && (
              <>
                {' '}
                <Said text={words.happenedOn} day={<Day on={entry.valueOn} t={t} />} />
              </>
            )}
          </>
        }
      >
        <Columns names={[t.ledger.account, t.ledger.currency, ...figures]} figures={figures} />
        <tbody>
          {entry.postings.map(({ address, amount, functional: inFund }) => (
            <tr>
              <th scope="row">
                <LongCode of={address} />
              </th>
              <td>{amount.currency}</td>
              <td class="figure">
                <Figure of={amount.amount} />
              </td>
              <td class="figure">
                <Figure of={inFund.amount} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  )
}

function Balances({ balances, fund, t }: { balances: Shown['balances']; fund: Fund; t: Texts }) {
  const words = t.corrections
  const figures = [words.before, words.after]
  return (
    <>
      <h2>{words.balances}</h2>
      <Table caption={words.balancesCaption}>
        <Columns names={[t.ledger.account, ...figures]} figures={figures} />
        <tbody>
          {balances.map(({ address, before, after }) => (
            <tr>
              <th scope="row">
                <a href={statementOf(fund.id, address, after.currency)}>
                  <LongCode of={address} />
                </a>
              </th>
              <td class="figure">
                <Amount of={before} />
              </td>
              <td class="figure">
                <Amount of={after} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  )
}

function Parts({ correction, mayDecide, mayWithdraw, newKey, typedReason, problem, t }: Told) {
  const words = t.corrections
  if (!mayDecide && !mayWithdraw) return null
  const at = `/corrections/${correction.id}`
  return (
    <section class="part" aria-labelledby="part">
      <h2 id="part">{t.act.yourPart}</h2>
      {mayDecide && (
        <Form action={`${at}/decisions`} formKey={newKey()} id="decide">
          <LongTextField
            {...{
              name: 'reason',
              label: t.act.decide.reason,
              hint: words.reasonHint,
              rows: 2,
              t,
              problem,
              form: 'decide',
            }}
            value={typedReason}
          />
          {!correction.lapsed && (
            <Confirm {...{ name: 'confirmed', label: words.confirmed, problem, form: 'decide' }} />
          )}
          <p>
            {!correction.lapsed && (
              <button class="main" name="verdict" value="confirm">
                {words.confirm}
              </button>
            )}{' '}
            <button name="verdict" value="reject">
              {words.reject}
            </button>
          </p>
        </Form>
      )}
      {mayWithdraw && (
        <Form action={`${at}/withdrawals`} formKey={newKey()} id="withdraw">
          <p>{words.waits}</p>
          <button>{words.withdraw}</button>
        </Form>
      )}
    </section>
  )
}
