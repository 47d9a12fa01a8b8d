import type { ContributionShown, DonorShown } from '../server/console/queries.ts'
import { DoneNote } from './fields.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Figure, Name, Said, Status, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type DonorList = {
  readonly fundId: string
  readonly currency: string
  /** The reader is a donor and sees their own. */
  readonly own: boolean
  readonly mayPledge: boolean
  readonly done: boolean
  readonly donors: readonly (DonorShown & { readonly contributions: readonly ContributionShown[] })[]
  readonly next: string | null
  readonly first: string | null
}

/** Donors with what came of their contributions, and the way to their reports. */
export function donorsPage(frame: Omit<Frame, 'title'>, list: DonorList): string {
  const { t } = frame
  const title = list.own ? t.donors.ownTitle : t.donors.title
  return page(
    { ...frame, title },
    <>
      <DoneNote>{list.done && t.adding.donor.done}</DoneNote>
      <h1>{title}</h1>
      {list.mayPledge && (
        <p>
          <a class="button" href={`/funds/${list.fundId}/contributions/new`}>
            {t.home.newPledge}
          </a>{' '}
          <a href={`/funds/${list.fundId}/donors/new`}>{t.adding.donor.title}</a>
        </p>
      )}
      {list.donors.length === 0 && <p class="calm">{t.donors.empty}</p>}
      {list.donors.map((donor) => (
        <section class="donor" aria-labelledby={donor.id}>
          <h2 id={donor.id}>
            <Name>{donor.name}</Name> <span class="quiet">{wordFor(t.donorKinds, donor.kind)}</span>
          </h2>
          <Reports fundId={list.fundId} donorId={donor.id} t={t} />
          <Contributions donor={donor} currency={list.currency} t={t} />
        </section>
      ))}
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

function Reports({ fundId, donorId, t }: { fundId: string; donorId: string; t: Texts }) {
  const report = `/api/v1/funds/${fundId}/donors/${donorId}/report`
  return (
    <p class="reports">
      <a href={`${report}.pdf?language=en`}>{t.donors.reportEnglish}</a>
      <a href={`${report}.pdf?language=ar`}>{t.donors.reportArabic}</a>
      <a href={report}>{t.donors.reportData}</a>
    </p>
  )
}

function Contributions({ donor, currency, t }: { donor: DonorList['donors'][number]; currency: string; t: Texts }) {
  const words = t.donors
  if (donor.contributions.length === 0) return <p class="calm">{words.empty}</p>
  const figures = [words.pledged, words.authority, words.support, words.available, words.held, words.disbursed]
  return (
    <Table caption={<Said text={words.caption} donor={<Name>{donor.name}</Name>} currency={<bdi>{currency}</bdi>} />}>
      <Columns names={[words.contribution, words.year, words.status, ...figures]} figures={figures} />
      <tbody>
        {donor.contributions.map((one) => (
          <tr>
            <th scope="row">
              <a href={`/contributions/${one.id}`}>
                <Code>{one.code}</Code>
              </a>
            </th>
            <td>{one.fiscalYear}</td>
            <td>
              <Status of={one.status} words={t.contributionStatuses} />
            </td>
            <td class="figure">
              <Amount of={one.pledged} />
            </td>
            {[one.authority, one.support, one.available, one.held, one.disbursed].map((amount) => (
              <td class="figure">
                <Figure of={amount} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
