import type { CaseTold, ScreeningTold } from '../server/sanctions/queries.ts'
import { ChoiceGroup, Form, LongTextField, Problem, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Columns, Facts, Moment, Name, Said, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type CaseShown = {
  readonly of: CaseTold
  /** Which decisions this reader may take now. */
  readonly verdicts: readonly ('clear' | 'confirm')[]
  /** The reader is an officer who must keep away from this payee. */
  readonly keepsAway: boolean
  readonly done: boolean
  readonly problem: FormProblem | undefined
  readonly typed: (name: string) => string
  readonly formKey: string
}

/** A payee and a listed entry side by side, why they fit, what the list says, and the decision. */
export function casePage(frame: Omit<Frame, 'title'>, shown: CaseShown): string {
  const { t } = frame
  const words = t.sanctions
  const { of } = shown
  const { payeeName, listedName } = of.matched
  return page(
    { ...frame, title: words.caseTitle.replace('{payee}', payeeName).replace('{listed}', listedName.name) },
    <>
      {shown.problem && <Problem problem={shown.problem} t={t} />}
      {shown.done && (
        <div class="done" role="status">
          {words.decided}
        </div>
      )}
      <h1>
        <Said text={words.caseTitle} payee={<Name>{payeeName}</Name>} listed={<Name>{listedName.name}</Name>} />
      </h1>
      <p class="lead">
        <span class={`status status-${of.state === 'clear' ? 'received' : 'submitted'}`}>
          {wordFor(words.states, of.state)}
        </span>{' '}
        {wordFor(words.verdicts, of.state)}
      </p>
      <Facts
        of={[
          [
            words.payee,
            <a href={`/payees/${of.payee.id}`}>
              <Name>{of.payee.name}</Name>
            </a>,
          ],
          [words.otherNames, <Names of={of.names.filter((name) => name !== of.payee.name)} />],
          [t.payees.kind, wordFor(t.payeeKinds, of.payee.kind)],
          [t.payees.country, <Name>{of.payee.country}</Name>],
          [words.listed, <Name>{of.entry.name}</Name>],
          [words.score, <Said text={words.scoreSays} score={of.score} />],
        ]}
      />
      <Why of={of} t={t} />
      <Entry of={of} t={t} />
      {shown.verdicts.length > 0 && <Decide {...shown} t={t} />}
      {shown.keepsAway && <p class="calm">{words.keepsAway}</p>}
      <Decisions of={of.decisions} t={t} />
    </>,
  )
}

function Names({ of }: { of: readonly string[] }) {
  return (
    <ul class="plain">
      {of.map((name) => (
        <li>
          <Name>{name}</Name>
        </li>
      ))}
    </ul>
  )
}

function Why({ of, t }: { of: CaseTold; t: Texts }) {
  const words = t.sanctions
  return (
    <section class="part" aria-labelledby="why">
      <h2 id="why">{words.why}</h2>
      <Table caption={words.whyCaption}>
        <Columns names={[words.payee, words.listed, words.why, words.points]} figures={[words.points]} />
        <tbody>
          {of.matched.parts.map((part) => (
            <tr>
              <td>{part.payee ? <Name>{part.payee}</Name> : t.none}</td>
              <td>{part.listed ? <Name>{part.listed}</Name> : t.none}</td>
              <td>{wordFor(words.hows, part.how)}</td>
              <td class="figure">{part.likeness > 0 ? part.likeness : t.none}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  )
}

function Entry({ of: { entry, list }, t }: { of: CaseTold; t: Texts }) {
  const words = t.sanctions
  return (
    <section class="part" aria-labelledby="entry">
      <h2 id="entry">{words.entry}</h2>
      <Facts
        of={[
          [words.list, <bdi>{list}</bdi>],
          [words.reference, entry.reference && <bdi>{entry.reference}</bdi>],
          [words.listedNames, <Names of={entry.names.map(({ name }) => name)} />],
          ...entry.facts.map(
            ({ fact, value }) =>
              [
                wordFor(words.facts, fact),
                <p class="long" dir="auto">
                  {value}
                </p>,
              ] as const,
          ),
        ]}
      />
    </section>
  )
}

function Decide({ of, verdicts, problem, typed, formKey, t }: CaseShown & { t: Texts }) {
  const words = t.sanctions
  return (
    <section class="part" aria-labelledby="decide">
      <h2 id="decide">{words.decide}</h2>
      <p>{words.decideSays}</p>
      <Form action={`/screening-cases/${of.id}/decisions`} formKey={formKey}>
        <ChoiceGroup
          type="radio"
          name="verdict"
          legend={words.verdict}
          choices={verdicts.map((verdict) => ({ value: verdict, label: words[verdict] }))}
          chosen={[typed('verdict')]}
          problem={problem}
          required
        />
        <LongTextField
          name="reason"
          label={words.reason}
          value={typed('reason')}
          rows={3}
          problem={problem}
          t={t}
          required
        />
        <button class="main">{words.decideButton}</button>
      </Form>
    </section>
  )
}

function Decisions({ of, t }: { of: CaseTold['decisions']; t: Texts }) {
  const words = t.sanctions
  if (of.length === 0) return null
  return (
    <section class="part" aria-labelledby="decisions">
      <h2 id="decisions">{words.decisions}</h2>
      <Table caption={words.decisionsCaption}>
        <Columns names={[words.verdict, words.reason, words.by, words.when]} />
        <tbody>
          {of.map((one) => (
            <tr>
              <th scope="row">{wordFor(words.states, one.verdict)}</th>
              <td class="wide">{one.decidedBy ? <Name>{one.reason}</Name> : wordFor(words.verdicts, one.verdict)}</td>
              <td>{one.decidedBy ? <Name>{one.decidedBy.name}</Name> : words.byItself}</td>
              <td>
                <Moment at={one.decidedAt} t={t} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  )
}

/** On the page of a payee: whether money may go to it by the lists in force, and its cases. */
export function Screening({ of, t }: { of: ScreeningTold; t: Texts }) {
  const words = t.sanctions
  return (
    <section class="part" aria-labelledby="screening">
      <h2 id="screening">{words.ofPayee}</h2>
      <p>
        <span class={`status status-${of.state === 'clear' ? 'received' : 'submitted'}`}>
          {wordFor(words.screeningStates, of.state)}
        </span>{' '}
        {of.last && <Said text={words.lastScreened} when={<Moment at={of.last.screenedAt} t={t} />} />}
      </p>
      {of.cases.length > 0 && (
        <ul>
          {of.cases.map((one) => (
            <li>
              <a href={`/screening-cases/${one.id}`}>
                <Name>{one.matched.listedName.name}</Name>
              </a>{' '}
              ({one.score}), {wordFor(words.states, one.state)}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
