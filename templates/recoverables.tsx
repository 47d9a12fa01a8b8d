import type { RecoverableListed } from '../server/recoveries/queries.ts'
import { page, type Frame } from './page.tsx'
import { Code, Columns, Figure, Name, Said, Table } from './parts.tsx'

/** What payees have to pay back, request by request. */
export function recoverablesPage(
  frame: Omit<Frame, 'title'>,
  shown: { readonly items: readonly RecoverableListed[]; readonly currency: string; readonly next: string | null },
): string {
  const { t } = frame
  const words = t.recovery.list
  const figures = [t.recovery.received, t.recovery.writtenOff, t.recovery.outstanding]
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      {shown.items.length === 0 ? (
        <p class="calm">{words.empty}</p>
      ) : (
        <Table caption={<Said text={words.caption} currency={<bdi>{shown.currency}</bdi>} />}>
          <Columns names={[words.request, words.payee, words.due, ...figures]} figures={[words.due, ...figures]} />
          <tbody>
            {shown.items.map((one) => (
              <tr>
                <th scope="row">
                  <a href={`/requests/${one.requestId}`}>
                    <Code>{one.code}</Code>
                  </a>{' '}
                  {one.title !== null && <Name>{one.title}</Name>}
                </th>
                <td>
                  <Name>{one.payee}</Name>
                </td>
                {[one.due, one.received, one.writtenOff, one.outstanding].map((amount) => (
                  <td class="figure">
                    <Figure of={amount.amount} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {shown.next && (
        <p>
          <a href={shown.next}>{t.more}</a>
        </p>
      )}
    </>,
  )
}
