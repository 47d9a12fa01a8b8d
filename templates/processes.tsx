import type { LookTold, ProcessListed, ProcessTold, ToldRow } from '../server/processes/queries.ts'
import { Form, LongTextField, Problem, SelectField, TextField, type Choice, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Columns, Facts, Moment, Name, Said, Status, Table } from './parts.tsx'
import { choicesOf } from './request-forms.tsx'
import { wordFor, type Texts } from './texts/texts.ts'
import { Changes } from './versions.tsx'

export type Processes = {
  readonly fundId: string
  readonly fund: string
  readonly mayAdd: boolean
  readonly processes: readonly ProcessListed[]
}

/** The processes that the reader may know of. */
export function processesPage(frame: Omit<Frame, 'title'>, { fundId, fund, mayAdd, processes }: Processes): string {
  const { t } = frame
  const words = t.processes
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      {mayAdd && (
        <p>
          <a class="button" href={`/funds/${fundId}/processes/new`}>
            {t.adding.process.title}
          </a>
        </p>
      )}
      <Table caption={<Said text={words.caption} fund={<Name>{fund}</Name>} />}>
        <Columns names={[t.experts.name, t.entities.country, t.entities.region, words.phase, words.confidentiality]} />
        <tbody>
          {processes.map(({ id, name, country, region, phase, confidentiality }) => (
            <tr>
              <th scope="row">
                <a href={`/processes/${id}`}>
                  <Name>{name}</Name>
                </a>
              </th>
              <td>
                <Name>{country}</Name>
              </td>
              <td>
                <Name>{region}</Name>
              </td>
              <td>{wordFor(t.phases, phase)}</td>
              <td>{wordFor(t.confidentialities, confidentiality)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>,
  )
}

export type ProcessShown = {
  readonly process: ProcessTold
  readonly done: string | undefined
  /** For those who keep the list, and auditors. */
  readonly list: readonly ToldRow[] | undefined
  readonly looks: readonly LookTold[] | undefined
  readonly entities: readonly Choice[]
  readonly people: readonly Choice[]
  readonly problem: FormProblem | undefined
  readonly refusedForm: string | undefined
  readonly value: (form: string, name: string, otherwise?: string) => string
  readonly newKey: () => string
}

/** The file of a process: what it is and was, who needs to know, and who looked. */
export function processPage(frame: Omit<Frame, 'title'>, shown: ProcessShown): string {
  const { t } = frame
  const { process, done, list, looks } = shown
  const words = t.processes
  return page(
    { ...frame, title: process.name },
    <>
      {shown.problem && <Problem problem={shown.problem} t={t} form={shown.refusedForm ?? 'f'} />}
      {done && (
        <div class="done" role="status">
          {done}
        </div>
      )}
      <h1>
        <Name>{process.name}</Name>
      </h1>
      {process.confidentiality !== 'open' && <p class="lead">{words.kept}</p>}
      <Facts
        of={[
          [words.confidentiality, wordFor(t.confidentialities, process.confidentiality)],
          [words.phase, wordFor(t.phases, process.phase)],
          [t.entities.country, <Name>{process.country}</Name>],
          [t.entities.region, <Name>{process.region}</Name>],
          [words.parties, process.parties.length > 0 && <Name>{process.parties.join(' · ')}</Name>],
          [words.mandateBasis, process.mandateBasis && wordFor(t.mandateBases, process.mandateBasis)],
          [
            words.agreement,
            process.agreement &&
              (process.agreementUrl ? (
                <a href={process.agreementUrl} rel="noreferrer">
                  <Name>{process.agreement}</Name>
                </a>
              ) : (
                <Name>{process.agreement}</Name>
              )),
          ],
        ]}
      />
      <h2>{words.requests}</h2>
      {process.requests.length === 0 ? (
        <p class="calm">{words.noRequests}</p>
      ) : (
        <ul>
          {process.requests.map(({ id, code, title, status }) => (
            <li>
              <a href={`/requests/${id}`}>
                {code} <Name>{title}</Name>
              </a>{' '}
              <Status of={status} words={t.statuses} />
            </li>
          ))}
        </ul>
      )}
      {list && <List list={list} t={t} />}
      {process.keeps && <Tell {...shown} t={t} />}
      {process.keeps && <Change {...shown} t={t} />}
      <Changes of={process.versions} t={t} />
      {looks && looks.length > 0 && <Looks looks={looks} t={t} />}
    </>,
  )
}

function List({ list, t }: { list: readonly ToldRow[]; t: Texts }) {
  const words = t.processes
  return (
    <>
      <h2>{words.list}</h2>
      {list.length > 0 && (
        <Table caption={words.list}>
          <Columns names={[words.whom, words.what, words.inForce, t.experts.reason, t.experts.by, t.experts.when]} />
          <tbody>
            {list.map(({ entity, person, told, inForce, reason, by, at }) => (
              <tr>
                <th scope="row">
                  <Name>{(entity ?? person)?.name}</Name>
                </th>
                <td>{told ? words.told : words.takenBack}</td>
                <td>{inForce ? '✓' : t.none}</td>
                <td>
                  <Name>{reason}</Name>
                </td>
                <td>{by ? <Name>{by.name}</Name> : t.none}</td>
                <td>
                  <Moment at={at} t={t} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </>
  )
}

function Tell({ process, entities, people, problem, refusedForm, value, newKey, t }: ProcessShown & { t: Texts }) {
  const words = t.processes
  const shared = { form: 'tell', problem: refusedForm === 'tell' ? problem : undefined, t }
  const typed = (name: string, otherwise?: string) => value('tell', name, otherwise)
  return (
    <section class="part" aria-labelledby="tell">
      <h2 id="tell">{words.tell}</h2>
      <Form action={`/processes/${process.id}/need-to-know`} formKey={newKey()}>
        <SelectField
          name="entityId"
          label={words.tellEntity}
          choices={entities}
          value={typed('entityId')}
          {...shared}
        />
        <SelectField
          name="personId"
          label={words.tellPerson}
          hint={words.tellHint}
          choices={people}
          value={typed('personId')}
          {...shared}
        />
        <SelectField
          name="told"
          label={words.what}
          choices={choicesOf(words.tellChoices)}
          value={typed('told', 'yes')}
          required
          {...shared}
        />
        <TextField
          name="reason"
          label={t.experts.reason}
          value={typed('reason')}
          maxLength={2000}
          required
          {...shared}
        />
        <button class="main">{words.tellButton}</button>
      </Form>
    </section>
  )
}

function Change({ process, problem, refusedForm, value, newKey, t }: ProcessShown & { t: Texts }) {
  const words = t.processes
  const shared = { form: 'change', problem: refusedForm === 'change' ? problem : undefined, required: true, t }
  const typed = (name: string, otherwise?: string) => value('change', name, otherwise)
  return (
    <section class="part" aria-labelledby="change">
      <h2 id="change">{words.change}</h2>
      <Form action={`/processes/${process.id}`} formKey={newKey()}>
        <input type="hidden" name="version" value={typed('version', `${process.version}`)} />
        <SelectField
          name="phase"
          label={words.phase}
          choices={choicesOf(t.phases)}
          value={typed('phase', process.phase)}
          {...shared}
        />
        <SelectField
          name="confidentiality"
          label={words.confidentiality}
          choices={choicesOf(t.confidentialities)}
          value={typed('confidentiality', process.confidentiality)}
          {...shared}
        />
        <LongTextField name="reason" label={t.experts.reason} value={typed('reason')} rows={2} {...shared} />
        <button class="main">{words.changeButton}</button>
      </Form>
    </section>
  )
}

function Looks({ looks, t }: { looks: readonly LookTold[]; t: Texts }) {
  const words = t.processes
  return (
    <>
      <h2>{words.looks}</h2>
      <Table caption={words.looks}>
        <Columns names={[words.whom, words.lookedAt, t.experts.when]} />
        <tbody>
          {looks.map(({ person, what, requestCode, at }) => (
            <tr>
              <th scope="row">
                <Name>{person.name}</Name>
              </th>
              <td>
                {wordFor(words.lookWords, what)} {requestCode}
              </td>
              <td>
                <Moment at={at} t={t} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  )
}
