import { Form, Problem, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Columns, Name, Table } from './parts.tsx'
import { AccountFields, NameFields } from './payee-form.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type PayeeList = {
  readonly action: string
  readonly payees: readonly {
    id: string
    name: string
    latinName: string | null
    kind: string
    country: string
    verified: boolean
  }[]
  readonly countries: readonly string[]
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

function Register({ action, value, problem, countries, formKey, t }: PayeeList & { t: Texts }) {
  const words = t.payees
  const typing = { problem, form: 'f', t, value, countries }
  return (
    <details class="part" open={problem !== undefined}>
      <summary>{words.register}</summary>
      <p>{words.registerSays}</p>
      <Form action={action} formKey={formKey}>
        <NameFields {...typing} />
        <AccountFields {...typing} />
        <button class="main">{words.button}</button>
      </Form>
    </details>
  )
}

function Payees({ payees, t }: { payees: PayeeList['payees']; t: Texts }) {
  const words = t.payees
  return (
    <Table caption={words.caption}>
      <Columns names={[words.name, words.kind, words.country, words.state]} />
      <tbody>
        {payees.map(({ id, name, latinName, kind, country, verified }) => (
          <tr>
            <th scope="row">
              <a href={`/payees/${id}`}>
                <Name>{name}</Name>
              </a>
              {latinName && latinName !== name && (
                <p class="hint">
                  <bdi dir="ltr">{latinName}</bdi>
                </p>
              )}
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

/** Whether money can go there. */
export function State({ verified, t }: { verified: boolean; t: Texts }) {
  return (
    <span class={`status status-${verified ? 'received' : 'submitted'}`}>
      {verified ? t.payees.verified : t.payees.notVerified}
    </span>
  )
}
