import type { MoneyText } from '../server/money.ts'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Moment, Name, Status, Table } from './parts.tsx'

export type RequestInList = {
  readonly id: string
  readonly code: string
  readonly title: string
  readonly entity: string
  readonly payee: string | null
  readonly amount: MoneyText
  readonly status: string
  readonly submittedAt: Date | string | null
}

export type RequestList = {
  readonly fundId: string
  readonly items: readonly RequestInList[]
  readonly status: string
  readonly statuses: readonly string[]
  /** Addresses of the neighbouring pages, or null where there is none. */
  readonly next: string | null
  readonly first: string | null
  readonly mayBegin: boolean
}

/** The fund's requests, newest first, with a filter by status. */
export function requestsPage(frame: Omit<Frame, 'title'>, list: RequestList): string {
  const { t } = frame
  const words = t.requests
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      {list.mayBegin && (
        <p>
          <a class="button" href={`/funds/${list.fundId}/requests/new`}>
            {t.home.newRequest}
          </a>
        </p>
      )}
      <form class="filter" method="get" action={`/funds/${list.fundId}/requests`}>
        <label for="status">{words.status}</label>
        <select id="status" name="status">
          <option value="">{words.everyStatus}</option>
          {list.statuses.map((status) => (
            <option value={status} selected={status === list.status}>
              {t.statuses[status as keyof typeof t.statuses]}
            </option>
          ))}
        </select>
        <button>{words.show}</button>
      </form>
      {list.items.length === 0 ? (
        <p class="calm">{words.empty}</p>
      ) : (
        <Table caption={words.caption}>
          <Columns
            names={[words.code, words.name, words.amount, words.status, words.payee, words.entity, words.submitted]}
            figures={[words.amount]}
          />
          <tbody>
            {list.items.map((request) => (
              <tr>
                <th scope="row">
                  <a href={`/requests/${request.id}`}>
                    <Code>{request.code}</Code>
                  </a>
                </th>
                <td>
                  <Name>{request.title}</Name>
                </td>
                <td class="figure">
                  <Amount of={request.amount} />
                </td>
                <td>
                  <Status of={request.status} words={t.statuses} />
                </td>
                <td>{request.payee === null ? t.none : <Name>{request.payee}</Name>}</td>
                <td>
                  <Name>{request.entity}</Name>
                </td>
                <td>{request.submittedAt === null ? t.none : <Moment at={request.submittedAt} t={t} />}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <p class="pages">
        {list.first && <a href={list.first}>{t.first}</a>}
        {list.next && (
          <a rel="next" href={list.next}>
            {t.next}
          </a>
        )}
      </p>
    </>,
  )
}
