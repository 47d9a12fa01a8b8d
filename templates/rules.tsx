import type { ProposalTold } from '../server/proposals/queries.ts'
import { SUBJECTS, type Difference, type Preview, type RuleOffered, type Subject } from '../server/rules/policy.ts'
import type { RuleTold } from '../server/rules/queries.ts'
import { ChoiceGroup, Form, LongTextField, Problem, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Columns, Day, Name, Said, Table, wordsFor } from './parts.tsx'
import { choicesOf } from './request-forms.tsx'
import { Differences, PreviewShown, TermsShown, Where } from './rule-terms.tsx'
import type { Texts } from './texts/texts.ts'

export type RulesShown = {
  readonly fundId: string
  /** Those that hold, held, or will hold. */
  readonly rules: readonly RuleTold[]
  /** With which a fund would open by now. */
  readonly offered: readonly RuleOffered[]
  readonly proposals: readonly ProposalTold[]
  readonly today: string
  readonly mayPropose: boolean
}

/** The rules of a fund as they hold today, what waits to be confirmed, and every change so far. */
export function rulesPage(frame: Omit<Frame, 'title'>, shown: RulesShown): string {
  const { t } = frame
  const words = t.rules
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      <p>{words.says}</p>
      <h2>{words.waiting}</h2>
      {shown.proposals.length === 0 && <p class="calm">{words.nothingWaits}</p>}
      {shown.proposals.map((one) => (
        <Waiting proposal={one} t={t} />
      ))}
      {(Object.keys(SUBJECTS) as Subject[]).map((subject) => (
        <RuleNow subject={subject} {...shown} t={t} />
      ))}
      <History {...shown} t={t} />
    </>,
  )
}

const subjectOf = ({ terms }: ProposalTold) => terms.subject as Subject

function Waiting({ proposal, t }: { proposal: ProposalTold; t: Texts }) {
  const { id, proposedBy, occurredOn, reason } = proposal
  return (
    <p>
      <strong>{t.rules.subjects[subjectOf(proposal)]}</strong>{' '}
      <Said
        text={t.rules.proposedBy}
        name={<Name>{proposedBy.name}</Name>}
        day={<Day on={occurredOn} t={t} />}
        reason={<Name>{reason}</Name>}
      />{' '}
      <a href={`/rules/${id}`}>{t.rules.look}</a>
    </p>
  )
}

function RuleNow({
  subject,
  rules,
  offered,
  today,
  fundId,
  mayPropose,
  t,
}: RulesShown & { subject: Subject; t: Texts }) {
  const words = t.rules
  const own = rules.filter((one) => one.subject === subject)
  const now = own.findLast(({ effectiveFrom }) => effectiveFrom <= today)!
  const later = own.filter(({ effectiveFrom }) => effectiveFrom > today)
  const better = offered.find((one) => one.subject === subject)
  return (
    <section aria-labelledby={subject}>
      <h2 id={subject}>{words.subjects[subject]}</h2>
      <p>{words.meanings[subject]}</p>
      <p class="quiet">
        {now.proposedBy ? <Said text={words.since} day={<Day on={now.effectiveFrom} t={t} />} /> : words.shipped}
      </p>
      <TermsShown fields={SUBJECTS[subject]} terms={now.terms} t={t} />
      {later.map((one) => (
        <>
          <h3>
            <Said text={words.from} day={<Day on={one.effectiveFrom} t={t} />} />
          </h3>
          <TermsShown fields={SUBJECTS[subject]} terms={one.terms} t={t} />
        </>
      ))}
      {better && (
        <>
          <p>{words.offered}</p>
          <Differences of={better.changes} t={t} />
          {mayPropose && (
            <p>
              <a href={`/funds/${fundId}/rules/${subject}?offered=yes`}>{words.takeOffer}</a>
            </p>
          )}
        </>
      )}
      {mayPropose && (
        <p>
          <a class="button" href={`/funds/${fundId}/rules/${subject}`}>
            {words.change}
          </a>
        </p>
      )}
    </section>
  )
}

function History({ rules, t }: RulesShown & { t: Texts }) {
  const words = t.rules
  const changed = rules.filter(({ proposedBy }) => proposedBy !== null)
  const latest = [...changed].sort((a, b) => (a.recordedAt < b.recordedAt ? 1 : -1))
  return (
    <section aria-labelledby="history">
      <h2 id="history">{words.history}</h2>
      {latest.length === 0 ? (
        <p class="calm">{words.noHistory}</p>
      ) : (
        <Table caption={words.historyCaption}>
          <Columns names={[words.subject, words.when, words.who, words.why, words.what]} />
          <tbody>
            {latest.map((rule) => (
              <tr>
                <th scope="row">{words.subjects[rule.subject]}</th>
                <td>
                  <Day on={rule.effectiveFrom} t={t} />
                </td>
                <td>
                  <Name>{rule.proposedBy!.name}</Name>, <Name>{rule.confirmedBy!.name}</Name>
                </td>
                <td class="wide">
                  <Name>{rule.reason}</Name>
                </td>
                <td class="wide">
                  {rule.changes.map((one) => (
                    <div>
                      <Where of={one} t={t} />
                    </div>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  )
}

export type RuleProposalShown = {
  readonly proposal: ProposalTold
  readonly preview: Preview & { readonly changes: readonly Difference[] }
  readonly part: 'own' | 'decide' | undefined
  readonly done: string | undefined
  readonly problem: FormProblem | undefined
  readonly reason: string
  readonly formKey: string
}

/** A proposed rule: what it says differently, what would have gone another way, and the form for whoever decides. */
export function ruleProposalPage(frame: Omit<Frame, 'title'>, shown: RuleProposalShown): string {
  const { t } = frame
  const words = t.rules
  const { proposal, preview, done, problem } = shown
  const title = words.changeTitle.replace('{subject}', words.subjects[subjectOf(proposal)])
  return page(
    { ...frame, title },
    <>
      {problem && <Problem problem={problem} t={t} />}
      {done && (
        <div class="done" role="status">
          {done}
        </div>
      )}
      <h1>{title}</h1>
      <p class="lead">
        <span class={`status status-${proposal.status}`}>{words.state[proposal.status]}</span>
      </p>
      <p>
        <Said
          text={words.proposedBy}
          name={<Name>{proposal.proposedBy.name}</Name>}
          day={<Day on={proposal.occurredOn} t={t} />}
          reason={<Name>{proposal.reason}</Name>}
        />
      </p>
      <Differences of={preview.changes} t={t} />
      <PreviewShown preview={preview} t={t} />
      {proposal.status === 'proposed' && <Decide {...shown} t={t} />}
    </>,
  )
}

function Decide({ proposal, part, problem, reason, formKey, t }: RuleProposalShown & { t: Texts }) {
  const words = t.rules
  if (!part) {
    return (
      <p>
        <Said text={words.mayDecide} roles={wordsFor(t.roles, proposal.mayDecide, t)} />
      </p>
    )
  }
  return (
    <section class="part" aria-labelledby="decide">
      <h2 id="decide">{words.decide}</h2>
      {part === 'own' && <p>{words.yours}</p>}
      <Form action={`/rules/${proposal.id}/decisions`} formKey={formKey}>
        {part === 'own' ? (
          <input type="hidden" name="verdict" value="reject" />
        ) : (
          <ChoiceGroup
            type="radio"
            name="verdict"
            legend={words.decide}
            choices={choicesOf(words.verdicts)}
            chosen={[]}
            problem={problem}
            required
          />
        )}
        <LongTextField
          name="reason"
          label={words.decideReason}
          hint={words.decideReasonHint}
          value={reason}
          rows={2}
          problem={problem}
          t={t}
        />
        <button class="main">{part === 'own' ? words.takeBack : words.decideButton}</button>
      </Form>
    </section>
  )
}
