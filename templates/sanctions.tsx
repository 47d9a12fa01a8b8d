import type { CaseTold, StandTold, VersionTold } from '../server/sanctions/queries.ts'
import { Problem, SelectField, TextField, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Columns, Moment, Name, Said, Table } from './parts.tsx'
import { choicesOf } from './request-forms.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type SanctionsShown = {
  readonly fundId: string
  readonly stand: StandTold
  readonly versions: readonly VersionTold[]
  readonly cases: readonly CaseTold[]
  /** Which cases are shown, and where more of them are. */
  readonly state: string
  readonly next: string | null
  readonly mayUpload: boolean
  readonly done: boolean
  readonly problem: FormProblem | undefined
  readonly typed: (name: string) => string
  readonly formKey: string
}

/** The cases of a fund, open ones first; its lists and their versions; and the form that brings one in. */
export function sanctionsPage(frame: Omit<Frame, 'title'>, shown: SanctionsShown): string {
  const { t } = frame
  const words = t.sanctions
  return page(
    { ...frame, title: words.title },
    <>
      {shown.problem && <Problem problem={shown.problem} t={t} />}
      {shown.done && (
        <div class="done" role="status">
          {words.done}
        </div>
      )}
      <h1>{words.title}</h1>
      <Stand of={shown.stand} t={t} />
      <Cases {...shown} t={t} />
      <Versions of={shown.versions} t={t} />
      {shown.mayUpload && <Upload {...shown} t={t} />}
    </>,
  )
}

function Stand({ of, t }: { of: StandTold; t: Texts }) {
  const words = t.sanctions
  if (of.lists > 0)
    return (
      <>
        <p>{words.says}</p>
        <p class="lead">
          <Said text={words.stand} lists={of.lists} entries={of.entries} waiting={of.waiting} payees={of.payees} />
        </p>
      </>
    )
  return (
    <div class="problem" role="status">
      <h2>{words.none}</h2>
      <p>{of.holds ? words.noneHolds : words.noneReleases}</p>
    </div>
  )
}

function Cases({ fundId, cases, state, next, t }: SanctionsShown & { t: Texts }) {
  const words = t.sanctions
  return (
    <section class="part" aria-labelledby="cases">
      <h2 id="cases">{words.cases}</h2>
      <p class="pages">
        {Object.entries(words.states).map(([one, name]) => (
          <a href={`/funds/${fundId}/sanctions?state=${one}`} aria-current={one === state ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </p>
      {cases.length === 0 ? (
        <p class="calm">{words.noCases}</p>
      ) : (
        <Table caption={<Said text={words.casesCaption} state={wordFor(words.states, state)} />}>
          <Columns names={[words.payee, words.listed, words.list, words.score, words.opened]} figures={[words.score]} />
          <tbody>
            {cases.map((one) => (
              <tr>
                <th scope="row">
                  <a href={`/screening-cases/${one.id}`}>
                    <Name>{one.matched.payeeName}</Name>
                  </a>
                </th>
                <td>
                  <Name>{one.matched.listedName.name}</Name>
                </td>
                <td>
                  <bdi>{one.list}</bdi>
                </td>
                <td class="figure">{one.score}</td>
                <td>
                  <Moment at={one.openedAt} t={t} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {next && (
        <p class="pages">
          <a rel="next" href={next}>
            {t.more}
          </a>
        </p>
      )}
    </section>
  )
}

function Versions({ of, t }: { of: readonly VersionTold[]; t: Texts }) {
  const words = t.sanctions
  return (
    <section class="part" aria-labelledby="versions">
      <h2 id="versions">{words.versions}</h2>
      {of.length === 0 ? (
        <p class="calm">{words.none}</p>
      ) : (
        <Table caption={words.versionsCaption}>
          <Columns
            names={[words.list, words.version, words.dated, words.entries, words.changes, words.imported, words.state]}
            figures={[words.version, words.entries]}
          />
          <tbody>
            {of.map((one) => (
              <tr>
                <th scope="row">
                  <bdi>{one.list}</bdi>
                </th>
                <td class="figure">{one.number}</td>
                <td>{one.dated ? <Moment at={one.dated} t={t} /> : t.none}</td>
                <td class="figure">{one.entries}</td>
                <td>
                  <bdi dir="ltr">
                    +{one.added} / {one.changed} / −{one.dropped}
                  </bdi>
                </td>
                <td>
                  <Name>{one.importedBy.name}</Name>, <Moment at={one.importedAt} t={t} />
                </td>
                <td>
                  <span class={`status status-${one.inForce ? 'received' : 'submitted'}`}>
                    {one.inForce ? words.inForce : words.superseded}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  )
}

function Upload({ fundId, problem, typed, formKey, t }: SanctionsShown & { t: Texts }) {
  const words = t.sanctions
  const shared = { problem, t, required: true }
  return (
    <section class="part" aria-labelledby="upload">
      <h2 id="upload">{words.upload}</h2>
      <p>{words.uploadSays}</p>
      <form method="post" action={`/funds/${fundId}/sanctions`} enctype="multipart/form-data">
        <input type="hidden" name="key" value={formKey} />
        <div class="field">
          <label for="f-file">{words.file}</label>
          <input type="file" id="f-file" name="file" accept=".xml,.csv" required />
        </div>
        <SelectField
          name="format"
          label={words.format}
          choices={choicesOf(words.formats)}
          value={typed('format') || 'un_xml'}
          {...shared}
        />
        <TextField
          name="list"
          label={words.list}
          hint={words.listHint}
          value={typed('list') || 'un_consolidated'}
          maxLength={40}
          leftToRight
          {...shared}
        />
        {problem && (
          <label class="choice">
            <input type="checkbox" name="confirmed" value="true" />
            <span>{words.confirmed}</span>
          </label>
        )}
        <button class="main">{words.button}</button>
      </form>
    </section>
  )
}
