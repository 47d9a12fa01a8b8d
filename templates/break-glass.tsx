import type { BreakGlassTold } from '../server/break-glass/queries.ts'
import { Done } from './delegations.tsx'
import { ChoiceGroup, Confirm, Form, LongTextField, Problem, SelectField, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Code, Columns, Facts, Moment, Name, Said, Status, Table } from './parts.tsx'
import { choicesOf, type Typed } from './request-forms.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type BreakGlassList = {
  readonly items: readonly BreakGlassTold[]
  readonly next: string | null
  readonly first: string | null
}

/** Every time that the glass was broken in a fund. */
export function breakGlassListPage(frame: Omit<Frame, 'title'>, { items, next, first }: BreakGlassList): string {
  const { t } = frame
  const words = t.breakGlass
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      {items.length === 0 ? <p class="calm">{words.empty}</p> : <List items={items} t={t} />}
      <p class="pages">
        {first && <a href={first}>{t.first}</a>}
        {next && (
          <a rel="next" href={next}>
            {t.next}
          </a>
        )}
      </p>
    </>,
  )
}

function List({ items, t }: { items: readonly BreakGlassTold[]; t: Texts }) {
  const words = t.breakGlass
  return (
    <Table caption={words.caption}>
      <Columns names={[words.at, words.request, words.step, words.by, words.reason, words.state]} />
      <tbody>
        {items.map((one) => (
          <tr>
            <th scope="row">
              <a href={`/break-glass/${one.id}`}>
                <Moment at={one.begunAt} t={t} />
              </a>
            </th>
            <td>
              <a href={`/requests/${one.request.id}`}>
                <Code>{one.request.code}</Code>
              </a>{' '}
              <Name>{one.request.title}</Name>
            </td>
            <td>{wordFor(t.roles, one.role)}</td>
            <td>
              <Name>{one.begunBy.name}</Name>
              {one.confirmation && (
                <div>
                  <Name>{one.confirmation.by.name}</Name>
                </div>
              )}
            </td>
            <td class="wide">
              <Name>{one.reason}</Name>
            </td>
            <td>
              <State of={one} t={t} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function State({ of: { state }, t }: { of: BreakGlassTold; t: Texts }) {
  const calm = state === 'acknowledged' || state === 'lapsed'
  const status = calm ? 'closed' : 'expired'
  return <Status of={status} words={{ [status]: t.breakGlass.states[state] }} />
}

export type BreakGlassShown = {
  readonly one: BreakGlassTold
  readonly mayConfirm: boolean
  readonly mayReview: boolean
  readonly done: string | undefined
  readonly problem: FormProblem | undefined
  readonly value: (name: string) => string
  readonly newKey: () => string
}

/** One break-glass, and the forms of the second director and of who reviews it. */
export function breakGlassPage(frame: Omit<Frame, 'title'>, shown: BreakGlassShown): string {
  const { t } = frame
  const { one, problem } = shown
  const words = t.breakGlass
  return page(
    { ...frame, title: words.one },
    <>
      {problem && <Problem problem={problem} t={t} form="review" />}
      <Done says={shown.done} />
      <h1>
        {words.one}{' '}
        <a href={`/requests/${one.request.id}`}>
          <Code>{one.request.code}</Code>
        </a>
      </h1>
      <p class="lead">
        <State of={one} t={t} /> <Name>{one.request.title}</Name>
      </p>
      <BreakGlassFacts of={one} t={t} />
      {shown.mayConfirm && <ConfirmIt {...shown} t={t} />}
      {shown.mayReview && <Review {...shown} t={t} />}
    </>,
  )
}

function BreakGlassFacts({ of: one, t }: { of: BreakGlassTold; t: Texts }) {
  const words = t.breakGlass
  const who = ({ name }: { name: string }, at: string) => (
    <>
      <Name>{name}</Name>, <Moment at={at} t={t} />
    </>
  )
  const { confirmation, review } = one
  return (
    <Facts
      of={[
        [words.step, wordFor(t.roles, one.role)],
        [words.reason, <Name>{one.reason}</Name>],
        [words.begunBy, who(one.begunBy, one.begunAt)],
        [words.endsAt, !confirmation && <Moment at={one.endsAt} t={t} />],
        [words.confirmedBy, confirmation && who(confirmation.by, confirmation.at)],
        [words.reviewBy, confirmation && <Moment at={confirmation.reviewBy} t={t} />],
        [
          words.review,
          review && (
            <>
              <Said
                text={words.reviewed}
                by={<Name>{review.by.name}</Name>}
                at={<Moment at={review.at} t={t} />}
                words={<Name>{review.words}</Name>}
              />{' '}
              {review.late && <span class="alarm">({words.late})</span>}
            </>
          ),
        ],
      ]}
    />
  )
}

function ConfirmIt({ one, newKey, t }: BreakGlassShown & { t: Texts }) {
  const words = t.breakGlass
  return (
    <section class="part" aria-labelledby="confirm">
      <h2 id="confirm">{words.confirm}</h2>
      <p>
        <Said text={words.confirmSays} until={<Moment at={one.endsAt} t={t} />} />
      </p>
      <Form action={`/break-glass/${one.id}/confirmations`} formKey={newKey()}>
        <button class="main">{words.confirmButton}</button>
      </Form>
    </section>
  )
}

function Review({ one, problem, value, newKey, t }: BreakGlassShown & { t: Texts }) {
  const words = t.breakGlass
  const shared = { problem, form: 'review' }
  return (
    <section class="part" aria-labelledby="review">
      <h2 id="review">{words.review}</h2>
      <p>
        <Said text={words.reviewSays} until={<Moment at={one.confirmation!.reviewBy} t={t} />} />
      </p>
      <Form action={`/break-glass/${one.id}/reviews`} formKey={newKey()}>
        <ChoiceGroup
          type="radio"
          name="verdict"
          legend={words.verdict}
          choices={choicesOf(words.verdicts)}
          chosen={[value('verdict')]}
          required
          {...shared}
        />
        <LongTextField name="words" label={words.words} value={value('words')} rows={3} required t={t} {...shared} />
        <button class="main">{words.reviewButton}</button>
      </Form>
    </section>
  )
}

/** In red on the page of a request: who took which step in place of its owners, or wants to. */
export function BreakGlassOn({ items, t }: { items: readonly BreakGlassTold[]; t: Texts }) {
  const words = t.breakGlass
  return (
    <>
      {items
        .filter(({ state }) => state !== 'lapsed')
        .map((one) => (
          <div class="alarm" role="note">
            <a href={`/break-glass/${one.id}`}>{words.one}</a>:{' '}
            <Said
              text={one.confirmation ? words.used : words.begun}
              by={<Name>{one.begunBy.name}</Name>}
              second={<Name>{one.confirmation?.by.name}</Name>}
              role={wordFor(t.roles, one.role)}
              reason={<Name>{one.reason}</Name>}
            />{' '}
            ({words.states[one.state]})
          </div>
        ))}
    </>
  )
}

export type MayBreak = {
  readonly requestId: string
  readonly contentHash: string
  readonly roles: readonly string[]
  readonly newKey: () => string
  readonly typed: (form: string) => Typed
}

/** The form with which a director begins to take an open step in place of its owners. */
export function BreakGlassForm({ requestId, contentHash, roles, newKey, typed, t }: MayBreak & { t: Texts }) {
  const words = t.breakGlass
  const form = 'break'
  const { problem, value } = typed(form)
  const shared = { problem, form, t }
  return (
    <details class="part" open={problem !== undefined}>
      <summary>{words.begin}</summary>
      <p>{words.beginSays}</p>
      <Form action={`/requests/${requestId}/break-glass`} formKey={newKey()} id={form}>
        <input type="hidden" name="contentHash" value={contentHash} />
        <SelectField
          name="role"
          label={words.which}
          choices={roles.map((role) => ({ value: role, label: wordFor(t.roles, role) }))}
          value={value('role', roles.length === 1 ? roles[0] : '')}
          required
          {...shared}
        />
        <LongTextField name="reason" label={words.why} value={value('reason')} rows={3} required {...shared} />
        <Confirm name="confirmed" label={words.meant} problem={problem} form={form} />
        <button>{words.beginButton}</button>
      </Form>
    </details>
  )
}
