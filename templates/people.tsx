import type { PersonListed } from '../server/people/queries.ts'
import { ROLES } from '../server/people/actor.ts'
import { choicesFrom, DoneNote, FieldForm, type Field, type Typed } from './fields.tsx'
import { Form, Problem, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Code, Columns, Facts, Moment, Name, Said, Status, Table } from './parts.tsx'
import { choicesOf } from './request-forms.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

type Named = { readonly id: string; readonly name: string }

export type PeopleShown = {
  readonly people: readonly PersonListed[]
  readonly next: string | null
  readonly typed: Typed
  readonly formKey: string
}

/** Everybody with their roles, and the form by which somebody is registered. */
export function peoplePage(frame: Omit<Frame, 'title'>, { people, next, typed, formKey }: PeopleShown): string {
  const { t } = frame
  const words = t.people
  const fields: Field[] = [
    { name: 'name', label: t.experts.name, most: 200, required: true },
    { name: 'email', label: t.experts.email, kind: 'email', most: 254, required: true },
    {
      name: 'language',
      label: words.language,
      kind: 'one',
      choices: choicesOf(words.languages),
      required: true,
      now: 'en',
    },
    { name: 'kind', label: words.kind, kind: 'one', choices: choicesOf(words.kinds), required: true, now: 'person' },
  ]
  return page(
    { ...frame, title: words.title },
    <>
      {typed.problem && <Problem problem={typed.problem} t={t} />}
      <h1>{words.title}</h1>
      <p>{words.says}</p>
      <Table caption={words.caption}>
        <Columns names={[t.experts.name, t.experts.email, words.state, words.roles]} />
        <tbody>
          {people.map((one) => (
            <tr>
              <th scope="row">
                <a href={`/people/${one.id}`}>
                  <Name>{one.name}</Name>
                </a>
              </th>
              <td>
                <Code>{one.email}</Code>
              </td>
              <td>
                <State of={one} t={t} />
              </td>
              <td>
                {[...new Set(one.roles.map(({ role }) => wordFor(t.roles, role)))].join(
                  t.language === 'ar' ? '، ' : ', ',
                ) || t.none}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      <p class="pages">
        {next && (
          <a rel="next" href={next}>
            {t.more}
          </a>
        )}
      </p>
      <section class="part" aria-labelledby="register">
        <h2 id="register">{words.register}</h2>
        <p>{words.registerSays}</p>
        <FieldForm action="/people" {...{ fields, button: words.registerButton, formKey, typed, t }} />
      </section>
    </>,
  )
}

function State({ of: { kind, administrator, active }, t }: { of: PersonListed; t: Texts }) {
  const words = t.people
  if (!active) return <Status of="cancelled" words={{ cancelled: words.away }} />
  return <>{administrator ? words.kinds.administrator : kind === 'service' ? words.kinds.service : words.here}</>
}

export type PersonShown = {
  readonly person: PersonListed
  readonly funds: readonly Named[]
  readonly entities: readonly Named[]
  readonly donors: readonly Named[]
  readonly states: readonly {
    readonly active: boolean
    readonly reason: string
    readonly changedByName: string
    readonly changedAt: Date
  }[]
  readonly isMe: boolean
  readonly done: string | undefined
  /** Told on this page and never again. */
  readonly password: string | undefined
  readonly problem: { readonly problem: FormProblem; readonly form: string } | undefined
  readonly typed: (form: string) => Typed
  readonly newKey: () => string
}

/** A person with their roles, and what an administrator does about them. */
export function personPage(frame: Omit<Frame, 'title'>, shown: PersonShown): string {
  const { t } = frame
  const words = t.people
  const { person, password } = shown
  return page(
    { ...frame, title: person.name },
    <>
      {shown.problem && <Problem {...shown.problem} t={t} />}
      <DoneNote>{shown.done}</DoneNote>
      <h1>
        <Name>{person.name}</Name>
      </h1>
      {password !== undefined && (
        <p class="lead">
          <Said text={words.password} password={<Code>{password}</Code>} />
        </p>
      )}
      <Facts
        of={[
          [t.experts.email, <Code>{person.email}</Code>],
          [words.state, <State of={person} t={t} />],
        ]}
      />
      <h2>{words.roles}</h2>
      <Roles shown={shown} t={t} />
      {!person.administrator && <GiveRole shown={shown} t={t} />}
      {!shown.isMe && <Turn shown={shown} t={t} />}
      <States shown={shown} t={t} />
      <p>
        <a href="/people">{words.all}</a>
      </p>
    </>,
  )
}

function Roles({ shown, t }: { shown: PersonShown; t: Texts }) {
  const words = t.people
  const { person, funds, entities, donors, newKey } = shown
  if (person.roles.length === 0)
    return <p class="calm">{person.administrator ? words.noneForAdministrators : words.noRoles}</p>
  const name = (of: readonly Named[], id: string | null) => of.find((one) => one.id === id)?.name
  return (
    <Table caption={words.rolesCaption}>
      <Columns names={[words.role, words.fund, words.forWhom, words.end]} />
      <tbody>
        {person.roles.map(({ role, fundId, entityId, donorId }) => (
          <tr>
            <th scope="row">{wordFor(t.roles, role)}</th>
            <td>
              <Name>{name(funds, fundId)}</Name>
            </td>
            <td>
              <Name>{name(entities, entityId) ?? name(donors, donorId) ?? t.none}</Name>
            </td>
            <td>
              <Form action={`/people/${person.id}/roles/ended`} formKey={newKey()}>
                <input type="hidden" name="fundId" value={fundId} />
                <input type="hidden" name="role" value={role} />
                <button class="quiet">{words.end}</button>
              </Form>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function GiveRole({ shown, t }: { shown: PersonShown; t: Texts }) {
  const words = t.people
  const { person, funds, entities, donors, typed, newKey } = shown
  const only = funds.length === 1 ? funds[0]!.id : ''
  const roles = ROLES.map((role) => ({ value: role, label: t.roles[role] }))
  const fields: Field[] = [
    { name: 'fundId', label: words.fund, kind: 'one', choices: choicesFrom(funds), required: true, now: only },
    { name: 'role', label: words.role, kind: 'one', choices: roles, required: true },
    { name: 'entityId', label: words.entity, kind: 'one', hint: words.entityHint, choices: choicesFrom(entities) },
    { name: 'donorId', label: words.donor, kind: 'one', hint: words.donorHint, choices: choicesFrom(donors) },
  ]
  return (
    <section class="part" aria-labelledby="give">
      <h2 id="give">{words.give}</h2>
      <FieldForm
        action={`/people/${person.id}/roles`}
        {...{ fields, button: words.giveButton, formKey: newKey(), typed: typed('role'), form: 'role', t }}
      />
    </section>
  )
}

function Turn({ shown, t }: { shown: PersonShown; t: Texts }) {
  const words = t.people
  const { person, typed, newKey } = shown
  const noun = person.active ? 'deactivations' : 'reactivations'
  const fields: Field[] = [{ name: 'reason', label: t.experts.reason, most: 500, required: true }]
  return (
    <details class="part" open={typed('turn').problem !== undefined}>
      <summary>{words.turn[noun].title}</summary>
      <p>{words.turn[noun].says}</p>
      <FieldForm
        action={`/people/${person.id}/${noun}`}
        {...{ fields, button: words.turn[noun].title, formKey: newKey(), typed: typed('turn'), form: 'turn', t }}
      />
    </details>
  )
}

function States({ shown: { states }, t }: { shown: PersonShown; t: Texts }) {
  const words = t.people
  if (states.length === 0) return null
  return (
    <Table caption={words.states}>
      <Columns names={[words.state, t.experts.reason, t.experts.by, t.experts.when]} />
      <tbody>
        {states.map((one) => (
          <tr>
            <th scope="row">{one.active ? words.here : words.away}</th>
            <td>
              <Name>{one.reason}</Name>
            </td>
            <td>
              <Name>{one.changedByName}</Name>
            </td>
            <td>
              <Moment at={one.changedAt} t={t} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
