import type { DeploymentTold } from '../server/deployments/queries.ts'
import type { ExpertListed, ExpertTold, Period } from '../server/experts/queries.ts'
import { DoneNote } from './fields.tsx'
import { Options, TextField } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Columns, Day, Facts, Name, Said, Status, Table, wordsFor } from './parts.tsx'
import { choicesOf } from './request-forms.tsx'
import { Changes } from './versions.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type Roster = {
  readonly action: string
  readonly fund: string
  readonly experts: readonly ExpertListed[]
  readonly mayAdd: boolean
  readonly asked: Readonly<Record<string, string>>
  readonly next: string | null
}

/** The roster, and the form by which it is searched. */
export function rosterPage(
  frame: Omit<Frame, 'title'>,
  { action, fund, experts, mayAdd, asked, next }: Roster,
): string {
  const { t } = frame
  const words = t.experts
  const field = (name: string) => ({ name, value: asked[name] ?? '', t })
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      <p class="actions">
        {mayAdd && (
          <a class="button" href={`${action}/new`}>
            {words.addTitle}
          </a>
        )}{' '}
        <a href={action.replace(/experts$/, 'standby')}>{words.standby}</a>{' '}
        <a href={action.replace(/experts$/, 'subsistence')}>{t.subsistence.title}</a>
      </p>
      <section class="part" aria-labelledby="find">
        <h2 id="find">{words.find}</h2>
        <form method="get" action={action}>
          <TextField label={words.name} {...field('name')} />
          <Select label={words.theme} words={t.themes} {...field('theme')} />
          <TextField label={words.language} hint={words.languageHint} {...field('language')} leftToRight />
          <Select label={words.level} words={t.languageLevels} {...field('level')} />
          <TextField label={words.place} {...field('place')} />
          <Select label={words.mode} words={t.modes} {...field('mode')} />
          <TextField label={words.from} type="date" {...field('from')} />
          <TextField label={words.to} type="date" {...field('to')} />
          <button class="main">{words.button}</button>
        </form>
      </section>
      {experts.length === 0 ? (
        <p class="calm">{words.empty}</p>
      ) : (
        <Table caption={<Said text={words.caption} fund={<Name>{fund}</Name>} />}>
          <Columns names={[words.name, words.themes, words.languages, words.fee, words.free]} figures={[words.fee]} />
          <tbody>
            {experts.map((one) => (
              <tr>
                <th scope="row">
                  <Expert of={one} />
                </th>
                <td>{wordsFor(t.themes, one.themes, t)}</td>
                <td>
                  <Spoken of={one.languages} t={t} />
                </td>
                <td class="figure">
                  <Amount of={one.dailyFee} />
                </td>
                <td>
                  {one.free ? one.free === 'whole' ? words.wholly : <Periods of={one.freePeriods} t={t} /> : t.none}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <p class="pages">
        {next && (
          <a rel="next" href={next}>
            {t.more}
          </a>
        )}
      </p>
    </>,
  )
}

/** A list to choose from, where nothing need be chosen. */
function Select(field: {
  name: string
  label: string
  value: string
  words: Readonly<Record<string, string>>
  t: Texts
}) {
  const { name, label, value, words, t } = field
  return (
    <div class="field">
      <label for={`f-${name}`}>
        {label}
        <span class="optional"> ({t.optional})</span>
      </label>
      <select id={`f-${name}`} name={name}>
        <Options choices={choicesOf(words)} value={value} t={t} />
      </select>
    </div>
  )
}

/** A name in its own script, and beside it in Latin letters where that is another. */
export function Expert({ of: { id, name, latinName } }: { of: { id: string; name: string; latinName: string } }) {
  return (
    <>
      <a href={`/experts/${id}`}>
        <Name>{name}</Name>
      </a>
      {latinName !== name && (
        <>
          {' '}
          <bdi class="optional">{latinName}</bdi>
        </>
      )}
    </>
  )
}

function Spoken({ of, t }: { of: ExpertListed['languages']; t: Texts }) {
  const names = new Intl.DisplayNames(t.language, { type: 'language' })
  const told = of.map(({ language, level }) => `${names.of(language)} (${wordFor(t.languageLevels, level)})`)
  return <>{told.join(t.language === 'ar' ? '، ' : ', ')}</>
}

function Periods({ of, t }: { of: readonly Period[]; t: Texts }) {
  if (of.length === 0) return <>{t.none}</>
  return (
    <ul>
      {of.map(({ from, to }) => (
        <li>
          <Day on={from} t={t} /> – <Day on={to} t={t} />
        </li>
      ))}
    </ul>
  )
}

/** An expert, with where they are sent as far as the reader may know. */
export function expertPage(
  frame: Omit<Frame, 'title'>,
  shown: { expert: ExpertTold; done: string | undefined; mayKeep: boolean; maySend: boolean },
): string {
  const { expert, done, mayKeep, maySend } = shown
  const { t } = frame
  const words = t.experts
  const { travel, availability } = expert
  const listed = (names: readonly string[] = []) => names.length > 0 && names.join(t.language === 'ar' ? '، ' : ', ')
  return page(
    { ...frame, title: expert.latinName },
    <>
      <h1>
        <Name>{expert.name}</Name>
      </h1>
      <DoneNote>{done}</DoneNote>
      {!expert.onRoster && <p class="lead">{words.left}</p>}
      <p class="actions">
        {maySend && (
          <a class="button" href={`/funds/${expert.fundId}/deployments/new?expertId=${expert.id}`}>
            {t.deploying.send}
          </a>
        )}{' '}
        {mayKeep && <a href={`/experts/${expert.id}/edit`}>{words.change}</a>}
      </p>
      <Facts
        of={[
          [words.latinName, expert.latinName !== expert.name && <Name>{expert.latinName}</Name>],
          [words.themes, wordsFor(t.themes, expert.themes, t)],
          [words.languages, <Spoken of={expert.languages} t={t} />],
          [words.regions, listed(expert.regions)],
          [words.countries, listed(expert.countries)],
          [words.nationalities, listed(expert.nationalities)],
          [words.onSite, <Periods of={availability.onSite} t={t} />],
          [words.remote, <Periods of={availability.remote} t={t} />],
          [words.fee, <Amount of={expert.dailyFee} />],
          [
            words.travel,
            <>
              {wordFor(t.travelClasses, travel.class)}
              {travel.ceiling && ' · '}
              {travel.ceiling && <Said text={words.ceiling} amount={<Amount of={travel.ceiling} />} />}
            </>,
          ],
          [words.email, expert.email && <bdi dir="ltr">{expert.email}</bdi>],
          [words.phone, expert.phone && <bdi dir="ltr">{expert.phone}</bdi>],
        ]}
      />
      <h2>{words.deployments}</h2>
      {expert.deployments.length === 0 ? (
        <p class="calm">{words.noDeployments}</p>
      ) : (
        <Deployments of={expert.deployments} caption={words.deployments} t={t} />
      )}
      {expert.versions && <Changes of={expert.versions} t={t} />}
    </>,
  )
}

/** Who is sent, where and until when, as far as the reader may know. */
export function Deployments({ of, caption, t }: { of: readonly DeploymentTold[]; caption: string; t: Texts }) {
  const words = t.experts
  return (
    <Table caption={caption}>
      <Columns names={[words.name, words.from, words.until, words.where, words.request, words.state]} />
      <tbody>
        {of.map((one) => (
          <tr>
            <th scope="row">
              <Expert of={one.expert} />
            </th>
            <td>
              <Day on={one.startsOn} t={t} />
            </td>
            <td>
              <Day on={one.heldUntil ?? one.endsOn} t={t} />
            </td>
            <td>
              {one.mode ? (
                <>
                  {wordFor(t.modes, one.mode)} · <Name>{[one.country, one.place].filter(Boolean).join(', ')}</Name>
                </>
              ) : (
                <Said text={words.deployedUntil} day={<Day on={one.heldUntil ?? one.endsOn} t={t} />} />
              )}
            </td>
            <td>
              {one.request ? (
                <a href={`/requests/${one.request.id}`}>
                  <Name>{one.request.title}</Name>
                </a>
              ) : (
                t.none
              )}
            </td>
            <td>
              <Status of={one.state} words={t.deploymentStates} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
