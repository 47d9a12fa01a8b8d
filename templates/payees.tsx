import type { PayeeTold, RatingTold } from '../server/payees/queries.ts'
import type { Risk } from '../server/requests/policy.ts'
import { Confirm, Form, LongTextField, Problem, SelectField, TextField, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Columns, Day, Facts, Moment, Name, Said, Table } from './parts.tsx'
import { choicesOf } from './request-forms.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type PayeeList = {
  readonly action: string
  readonly payees: readonly { id: string; name: string; kind: string; country: string; verified: boolean }[]
  readonly next: string | null
  readonly first: string | null
  readonly mayRegister: boolean
  readonly problem: FormProblem | undefined
  readonly value: (name: string) => string
  readonly formKey: string
}

/** Who can be paid, and the form that adds one. */
export function payeesPage(frame: Omit<Frame, 'title'>, list: PayeeList): string {
  const { t } = frame
  const words = t.payees
  return page(
    { ...frame, title: words.title },
    <>
      {list.problem && <Problem problem={list.problem} t={t} />}
      <h1>{words.title}</h1>
      {list.mayRegister && <Register {...list} t={t} />}
      {list.payees.length === 0 ? <p class="calm">{words.empty}</p> : <Payees payees={list.payees} t={t} />}
      <p class="pages">
        {list.first && <a href={list.first}>{t.beginning}</a>}
        {list.next && (
          <a rel="next" href={list.next}>
            {t.more}
          </a>
        )}
      </p>
    </>,
  )
}

function Register({ action, value, problem, formKey, t }: PayeeList & { t: Texts }) {
  const words = t.payees
  const shared = { problem, t, required: true }
  return (
    <section class="part" aria-labelledby="register">
      <h2 id="register">{words.register}</h2>
      <p>{words.registerSays}</p>
      <Form action={action} formKey={formKey}>
        <TextField name="name" label={words.name} value={value('name')} maxLength={300} {...shared} />
        <SelectField
          name="kind"
          label={words.kind}
          choices={choicesOf(t.payeeKinds)}
          value={value('kind')}
          {...shared}
        />
        <TextField name="country" label={words.country} value={value('country')} maxLength={100} {...shared} />
        <LongTextField
          name="bankDetails"
          label={words.bankDetails}
          hint={words.bankDetailsHint}
          value={value('bankDetails')}
          rows={2}
          {...shared}
        />
        <button class="main">{words.button}</button>
      </Form>
    </section>
  )
}

function Payees({ payees, t }: { payees: PayeeList['payees']; t: Texts }) {
  const words = t.payees
  return (
    <Table caption={words.caption}>
      <Columns names={[words.name, words.kind, words.country, words.state]} />
      <tbody>
        {payees.map(({ id, name, kind, country, verified }) => (
          <tr>
            <th scope="row">
              <a href={`/payees/${id}`}>
                <Name>{name}</Name>
              </a>
            </th>
            <td>{wordFor(t.payeeKinds, kind)}</td>
            <td>
              <Name>{country}</Name>
            </td>
            <td>
              <State verified={verified} t={t} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function State({ verified, t }: { verified: boolean; t: Texts }) {
  return (
    <span class={`status status-${verified ? 'received' : 'submitted'}`}>
      {verified ? t.payees.verified : t.payees.notVerified}
    </span>
  )
}

export type PayeeShown = {
  readonly payee: PayeeTold & { readonly risk: Risk; readonly ratings: readonly RatingTold[] }
  readonly mayRate: boolean
  readonly rated: boolean
  readonly typed: (name: string) => string
  readonly done: keyof Texts['done'] | undefined
  readonly mayVerify: boolean
  /** The reader could verify, had they not registered it. */
  readonly anotherMust: boolean
  readonly problem: FormProblem | undefined
  readonly formKey: string
}

/** A payee with the bank details that its verifier compares, and who answers for them. */
export function payeePage(frame: Omit<Frame, 'title'>, shown: PayeeShown): string {
  const { t } = frame
  const words = t.payees
  const { payee } = shown
  return page(
    { ...frame, title: payee.name },
    <>
      {shown.problem && <Problem problem={shown.problem} t={t} />}
      {(shown.done || shown.rated) && (
        <div class="done" role="status">
          {shown.rated ? t.ratings.done : t.done[shown.done!]}
        </div>
      )}
      <h1>
        <Name>{payee.name}</Name>
      </h1>
      <p class="lead">
        <State verified={payee.verifiedBy !== null} t={t} />
      </p>
      {shown.anotherMust && <p>{words.another}</p>}
      <Facts
        of={[
          [words.kind, wordFor(t.payeeKinds, payee.kind)],
          [words.country, <Name>{payee.country}</Name>],
          [t.ratings.title, t.ratings.risks[payee.risk]],
          [
            words.bankDetails,
            <p class="long" dir="auto">
              {payee.accounts[0]?.account}
            </p>,
          ],
          [words.recordedBy, <Name>{payee.recordedBy.name}</Name>],
          [words.verifiedBy, payee.verifiedBy && <Name>{payee.verifiedBy.name}</Name>],
        ]}
      />
      {shown.mayVerify && <Verify {...shown} t={t} />}
      <Ratings of={payee.ratings} t={t} />
      {shown.mayRate && <Rate {...shown} t={t} />}
    </>,
  )
}

function Verify({ payee, problem, formKey, t }: PayeeShown & { t: Texts }) {
  const words = t.payees
  const named = { payee: <Name>{payee.name}</Name> }
  return (
    <section class="part" aria-labelledby="verify">
      <h2 id="verify">{words.verify}</h2>
      <p>{words.verifySays}</p>
      <Form action={`/payees/${payee.id}/verifications`} formKey={formKey}>
        <Confirm name="confirmed" label={<Said text={words.confirm} {...named} />} problem={problem} />
        <button class="main">
          <Said text={words.verifyButton} {...named} />
        </button>
      </Form>
    </section>
  )
}

function Ratings({ of, t }: { of: readonly RatingTold[]; t: Texts }) {
  const words = t.ratings
  if (of.length === 0) return <p class="calm">{words.none}</p>
  return (
    <Table caption={words.caption}>
      <Columns names={[words.rating, words.validUntil, words.reason, words.ratedBy, words.ratedAt]} />
      <tbody>
        {of.map((one) => (
          <tr>
            <th scope="row">{words.risks[one.rating]}</th>
            <td>
              <Day on={one.validUntil} t={t} />
            </td>
            <td class="wide">
              <Name>{one.reason}</Name>
            </td>
            <td>
              <Name>{one.ratedBy.name}</Name>
            </td>
            <td>
              <Moment at={one.ratedAt} t={t} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Rate({ payee, problem, typed, formKey, t }: PayeeShown & { t: Texts }) {
  const words = t.ratings
  const shared = { problem, t, required: true, form: 'r' }
  return (
    <section class="part" aria-labelledby="rate">
      <h2 id="rate">{words.rate}</h2>
      <p>{words.rateSays}</p>
      <Form action={`/payees/${payee.id}/ratings`} formKey={`${formKey}-rating`}>
        <SelectField
          name="rating"
          label={words.rating}
          choices={choicesOf(words.choices)}
          value={typed('rating')}
          {...shared}
        />
        <TextField name="validUntil" type="date" label={words.validUntil} value={typed('validUntil')} {...shared} />
        <LongTextField name="reason" label={words.reason} value={typed('reason')} rows={2} {...shared} />
        <button class="main">{words.button}</button>
      </Form>
    </section>
  )
}
