import type { AbsenceTold, DelegationTold } from '../server/delegations/queries.ts'
import { AwayForm, GiveForm, type Asking } from './delegation-forms.tsx'
import { Form, LongTextField, Problem, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Columns, Facts, Moment, Name, Said, Status, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type StandingIn = {
  readonly fundId: string
  readonly me: string
  readonly absences: readonly AbsenceTold[]
  readonly delegations: readonly DelegationTold[]
  /** What is offered to the reader. */
  readonly offered: readonly DelegationTold[]
  readonly next: string | null
  readonly first: string | null
  /** What the forms need, for who holds a role that can be delegated. */
  readonly asking: Asking | undefined
  readonly done: string | undefined
  readonly problem: { readonly form: string; readonly problem: FormProblem } | undefined
  readonly newKey: () => string
}

/** Who is away and who stands in, what is offered to the reader, and the forms of who may delegate. */
export function standingInPage(frame: Omit<Frame, 'title'>, shown: StandingIn): string {
  const { t } = frame
  const words = t.delegations
  return page(
    { ...frame, title: words.title },
    <>
      {shown.problem && <Problem {...shown.problem} t={t} />}
      <Done says={shown.done} />
      <h1>{words.title}</h1>
      {shown.offered.map((one) => (
        <Offer of={one} newKey={shown.newKey} t={t} />
      ))}
      <h2>{words.absences}</h2>
      <Absences {...shown} t={t} />
      {shown.asking && <AwayForm asking={shown.asking} t={t} />}
      <h2>{words.list}</h2>
      {shown.delegations.length === 0 ? (
        <p class="calm">{words.empty}</p>
      ) : (
        <Delegations items={shown.delegations} t={t} />
      )}
      <p class="pages">
        {shown.first && <a href={shown.first}>{t.first}</a>}
        {shown.next && (
          <a rel="next" href={shown.next}>
            {t.next}
          </a>
        )}
      </p>
      {shown.asking && <GiveForm asking={shown.asking} t={t} />}
    </>,
  )
}

/** That something was just done, in words. */
export function Done({ says }: { says: string | undefined }) {
  if (!says) return null
  return (
    <div class="done" role="status">
      {says}
    </div>
  )
}

function Offer({ of, newKey, t }: { of: DelegationTold; newKey: () => string; t: Texts }) {
  const words = t.delegations
  return (
    <section class="part" aria-labelledby={of.id}>
      <h2 id={of.id}>{words.mine}</h2>
      <p>
        <Said
          text={words.offer}
          by={<Name>{of.delegator.name}</Name>}
          role={wordFor(t.roles, of.role)}
          from={<Moment at={of.from} t={t} />}
          until={<Moment at={of.until} t={t} />}
          upTo={<Amount of={of.upTo} />}
        />{' '}
        <a href={`/delegations/${of.id}`}>{words.look}</a>
      </p>
      <Form action={`/delegations/${of.id}/acceptances`} formKey={newKey()}>
        <button class="main">{words.accept}</button>
      </Form>
    </section>
  )
}

function Absences({ absences, me, newKey, t }: StandingIn & { t: Texts }) {
  const words = t.delegations
  if (absences.length === 0) return <p class="calm">{words.nobodyAway}</p>
  return (
    <Table caption={words.absencesCaption}>
      <Columns names={[words.person, words.from, words.until, words.standIns, words.reason]} />
      <tbody>
        {absences.map((one) => (
          <tr>
            <th scope="row">
              <Name>{one.person.name}</Name>
              {one.person.id === me && (
                <Form action={`/absences/${one.id}/returns`} formKey={newKey()}>
                  <button class="quiet">{words.back}</button>
                </Form>
              )}
            </th>
            <td>
              <Moment at={one.from} t={t} />
            </td>
            <td>
              <Moment at={one.until} t={t} />
            </td>
            <td>
              {one.standIns.length === 0 && t.none}
              {one.standIns.map((standIn) => (
                <div>
                  <a href={`/delegations/${standIn.delegationId}`}>
                    <Said
                      text={standIn.accepted ? words.accepted : words.notAccepted}
                      name={<Name>{standIn.delegate.name}</Name>}
                      role={wordFor(t.roles, standIn.role)}
                    />
                  </a>
                </div>
              ))}
            </td>
            <td class="wide">{one.reason === '' ? t.none : <Name>{one.reason}</Name>}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Delegations({ items, t }: { items: readonly DelegationTold[]; t: Texts }) {
  const words = t.delegations
  return (
    <Table caption={words.caption}>
      <Columns
        names={[words.delegator, words.delegate, words.role, words.from, words.until, words.cap, words.state]}
        figures={[words.cap]}
      />
      <tbody>
        {items.map((one) => (
          <tr>
            <th scope="row">
              <a href={`/delegations/${one.id}`}>
                <Name>{one.delegator.name}</Name>
              </a>
            </th>
            <td>
              <Name>{one.delegate.name}</Name>
            </td>
            <td>{wordFor(t.roles, one.role)}</td>
            <td>
              <Moment at={one.from} t={t} />
            </td>
            <td>
              <Moment at={one.until} t={t} />
            </td>
            <td class="figure">
              <Amount of={one.upTo} />
            </td>
            <td>
              <Status of={statusOf(one.state)} words={{ [statusOf(one.state)]: words.states[one.state] }} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

/** The colour of a state, by the names that statuses of requests have. */
const statusOf = (state: DelegationTold['state']): string =>
  ({ offered: 'submitted', coming: 'approved', in_force: 'active', ended: 'closed', revoked: 'expired' })[state]

export type DelegationShown = {
  readonly delegation: DelegationTold
  readonly mayAccept: boolean
  readonly mayRevoke: boolean
  readonly done: string | undefined
  readonly problem: FormProblem | undefined
  readonly typedReason: string
  readonly newKey: () => string
}

/** One delegation: what it lends to whom, and the forms of who may accept or end it. */
export function delegationPage(frame: Omit<Frame, 'title'>, shown: DelegationShown): string {
  const { t } = frame
  const { delegation: one, problem, newKey } = shown
  const words = t.delegations
  return page(
    { ...frame, title: words.one },
    <>
      {problem && <Problem problem={problem} t={t} form="revoke" />}
      <Done says={shown.done} />
      <h1>{words.one}</h1>
      <p class="lead">
        <Status of={statusOf(one.state)} words={{ [statusOf(one.state)]: words.states[one.state] }} />{' '}
        <Name>{one.delegator.name}</Name> → <Name>{one.delegate.name}</Name>
      </p>
      <DelegationFacts of={one} t={t} />
      {(shown.mayAccept || shown.mayRevoke) && (
        <section class="part" aria-labelledby="part">
          <h2 id="part">{t.act.yourPart}</h2>
          {shown.mayAccept && (
            <Form action={`/delegations/${one.id}/acceptances`} formKey={newKey()}>
              <button class="main">{words.accept}</button>
            </Form>
          )}
          {shown.mayRevoke && (
            <Form action={`/delegations/${one.id}/revocations`} formKey={newKey()}>
              <p>{words.revokeSays}</p>
              <LongTextField
                name="reason"
                label={words.revokeReason}
                value={shown.typedReason}
                rows={2}
                problem={problem}
                form="revoke"
                required
                t={t}
              />
              <button>{words.revoke}</button>
            </Form>
          )}
        </section>
      )}
    </>,
  )
}

function DelegationFacts({ of: one, t }: { of: DelegationTold; t: Texts }) {
  const words = t.delegations
  const scope = [one.process?.name, one.entity?.name, one.region].filter((name) => name)
  return (
    <Facts
      of={[
        [words.role, wordFor(t.roles, one.role)],
        [words.from, <Moment at={one.from} t={t} />],
        [words.until, <Moment at={one.until} t={t} />],
        [words.cap, <Amount of={one.upTo} />],
        [t.total, one.inAll && <Amount of={one.inAll} />],
        [words.scope, scope.length === 0 ? words.anyScope : scope.map((name) => <Name>{name} </Name>)],
        [words.reason, <Name>{one.reason}</Name>],
        [words.madeAt, <Moment at={one.madeAt} t={t} />],
        [words.acceptedAt, one.acceptedAt && <Moment at={one.acceptedAt} t={t} />],
        [words.decisions, one.decisions],
        [
          words.states.revoked,
          one.revocation && (
            <Said
              text={words.revoked}
              by={<Name>{one.revocation.by.name}</Name>}
              at={<Moment at={one.revocation.at} t={t} />}
              reason={<Name>{one.revocation.reason}</Name>}
            />
          ),
        ],
      ]}
    />
  )
}
