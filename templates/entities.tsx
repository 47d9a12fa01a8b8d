import type { EntityListed, EntityTold } from '../server/entities/queries.ts'
import { Form, Problem, SelectField, TextField, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Columns, Day, Facts, Moment, Name, Said, Table } from './parts.tsx'
import { choicesOf } from './request-forms.tsx'
import { wordFor, type Texts } from './texts/texts.ts'
import { Changes } from './versions.tsx'

/** Who asks the fund for money, and its partners, each with its risk as it counts today. */
export function entitiesPage(
  frame: Omit<Frame, 'title'>,
  {
    fundId,
    fund,
    mayAdd,
    entities,
  }: { fundId: string; fund: string; mayAdd: boolean; entities: readonly EntityListed[] },
): string {
  const { t } = frame
  const words = t.entities
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      {mayAdd && (
        <p>
          <a class="button" href={`/funds/${fundId}/entities/new`}>
            {words.addTitle}
          </a>
        </p>
      )}
      <Table caption={<Said text={words.caption} fund={<Name>{fund}</Name>} />}>
        <Columns names={[t.experts.name, words.kind, words.country, words.region, words.risk]} />
        <tbody>
          {entities.map(({ id, name, kind, country, region, risk }) => (
            <tr>
              <th scope="row">
                <a href={`/entities/${id}`}>
                  <Name>{name}</Name>
                </a>
              </th>
              <td>{wordFor(t.entityKinds, kind)}</td>
              <td>{country ? <Name>{country}</Name> : t.none}</td>
              <td>
                <Name>{region}</Name>
              </td>
              <td>{risk ? wordFor(t.riskLevels, risk.counts) : words.unrated}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>,
  )
}

export type EntityShown = {
  readonly entity: EntityTold
  readonly done: string | undefined
  readonly mayRate: boolean
  readonly mayChange: boolean
  readonly problem: FormProblem | undefined
  readonly value: (name: string) => string
  readonly formKey: string
}

/** An entity whole, and the form by which a compliance officer rates its risk. */
export function entityPage(frame: Omit<Frame, 'title'>, shown: EntityShown): string {
  const { t } = frame
  const { entity, done, problem } = shown
  const words = t.entities
  return page(
    { ...frame, title: entity.name },
    <>
      {problem && <Problem problem={problem} t={t} />}
      {done && (
        <div class="done" role="status">
          {done}
        </div>
      )}
      <h1>
        <Name>{entity.name}</Name>
      </h1>
      <Facts
        of={[
          [words.kind, wordFor(t.entityKinds, entity.kind)],
          [words.country, entity.country && <Name>{entity.country}</Name>],
          [words.region, <Name>{entity.region}</Name>],
          [words.mandate, entity.mandate && <Name>{entity.mandate}</Name>],
          [words.contact, entity.contact && <Name>{entity.contact}</Name>],
          [words.risk, <Risk of={entity.risk} t={t} />],
        ]}
      />
      {shown.mayChange && (
        <p>
          <a href={`/entities/${entity.id}/edit`}>{words.changeTitle}</a>
        </p>
      )}
      {shown.mayRate && <Rate {...shown} t={t} />}
      {entity.ratings.length > 0 && (
        <Table caption={words.ratings}>
          <Columns names={[words.rating, words.until, t.experts.reason, t.experts.by, t.experts.when]} />
          <tbody>
            {entity.ratings.map(({ rating, validUntil, reason, by, at }) => (
              <tr>
                <th scope="row">{wordFor(t.riskLevels, rating)}</th>
                <td>
                  <Day on={validUntil} t={t} />
                </td>
                <td>
                  <Name>{reason}</Name>
                </td>
                <td>
                  <Name>{by.name}</Name>
                </td>
                <td>
                  <Moment at={at} t={t} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <Changes of={entity.versions} t={t} />
    </>,
  )
}

function Risk({ of, t }: { of: EntityTold['risk']; t: Texts }) {
  const words = t.entities
  if (!of) return <>{words.unrated}</>
  const says = of.counts === of.rating ? words.validUntil : words.expired
  return (
    <>
      {wordFor(t.riskLevels, of.counts)} · <Said text={says} day={<Day on={of.validUntil} t={t} />} />
    </>
  )
}

function Rate({ entity, problem, value, formKey, t }: EntityShown & { t: Texts }) {
  const words = t.entities
  const shared = { problem, t, required: true }
  return (
    <section class="part" aria-labelledby="rate">
      <h2 id="rate">{words.rate}</h2>
      <Form action={`/entities/${entity.id}/risk-ratings`} formKey={formKey}>
        <SelectField
          name="rating"
          label={words.rating}
          choices={choicesOf(t.riskLevels)}
          value={value('rating')}
          {...shared}
        />
        <TextField name="validUntil" type="date" label={words.until} value={value('validUntil')} {...shared} />
        <TextField name="reason" label={t.experts.reason} value={value('reason')} maxLength={2000} {...shared} />
        <button class="main">{words.rate}</button>
      </Form>
    </section>
  )
}
