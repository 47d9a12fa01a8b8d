import type { DueTold, ReportListed } from '../server/expenditure-reports/queries.ts'
import { page, type Frame } from './page.tsx'
import { Columns, Day, Figure, Name, Said, Table } from './parts.tsx'
import { DuesTable } from './spending.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type ReportsShown = {
  readonly fundId: string
  readonly currency: string
  readonly dues: readonly DueTold[]
  readonly overdueOnly: boolean
  readonly items: readonly ReportListed[]
  readonly next: string | null
}

/** What is to be reported and how late that is, and the reports that were written. */
export function reportsPage(frame: Omit<Frame, 'title'>, shown: ReportsShown): string {
  const { t } = frame
  const words = t.spending.list
  const here = `/funds/${shown.fundId}/reports`
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      <h2>{words.dues}</h2>
      <p>
        {shown.overdueOnly ? <a href={here}>{words.all}</a> : <a href={`${here}?overdue=yes`}>{words.overdueOnly}</a>}
      </p>
      {shown.dues.length === 0 ? <p class="calm">{words.noDues}</p> : <DuesTable dues={shown.dues} withRequest t={t} />}
      <h2>{words.reports}</h2>
      {shown.items.length === 0 ? <p class="calm">{words.noReports}</p> : <Written {...shown} t={t} />}
      {shown.next && (
        <p>
          <a href={shown.next}>{t.next}</a>
        </p>
      )}
    </>,
  )
}

function Written({ items, currency, t }: ReportsShown & { t: Texts }) {
  const words = t.spending
  const told = words.list.told.replace('{currency}', currency)
  return (
    <Table caption={words.list.reports}>
      <Columns
        names={[words.report, words.list.request, words.page.period, told, words.list.status]}
        figures={[told]}
      />
      <tbody>
        {items.map((one) => (
          <tr>
            <th scope="row">
              <a href={`/expenditure-reports/${one.id}`}>{words.kinds[one.kind]}</a>
            </th>
            <td>
              <a href={`/requests/${one.requestId}`}>
                <Name>
                  {one.requestCode} {one.title}
                </Name>
              </a>
            </td>
            <td>
              {one.periodFrom && one.periodTo ? (
                <>
                  <Day on={one.periodFrom} t={t} /> – <Day on={one.periodTo} t={t} />
                </>
              ) : (
                t.none
              )}
            </td>
            <td class="figure">
              <Figure of={one.told.amount} />
            </td>
            <td>
              <Said text={wordFor(words.statuses, one.status)} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
