import type { Waiting, WaitingFor } from '../server/console/waiting.ts'
import { Left } from './clock.tsx'
import { Amount, Code, Columns, Moment, Name, Table } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

/** What waits for the reader, the most urgent first, each with what is to be done about it. */
export function WaitingTable({ of: { items, more }, t }: { of: WaitingFor; t: Texts }) {
  const words = t.waiting
  const late = items.filter((one) => one.late).length
  return (
    <>
      {late > 0 && (
        <p class="alarm" role="note">
          {words.late.replace('{count}', `${late}`)}
        </p>
      )}
      <Table caption={words.caption}>
        <Columns
          names={[words.toDo, words.left, words.about, words.who, t.requests.amount, words.since]}
          figures={[t.requests.amount]}
        />
        <tbody>
          {items.map((item) => (
            <Row item={item} t={t} />
          ))}
        </tbody>
      </Table>
      {more.length > 0 && (
        <p class="hint">
          {words.more} {more.join(t.language === 'ar' ? '، ' : ', ')}.
        </p>
      )}
    </>
  )
}

function Row({ item, t }: { item: Waiting; t: Texts }) {
  return (
    <tr class={item.late ? 'late' : undefined}>
      <th scope="row">
        <a href={item.link}>
          {item.says} {item.code !== null && <Code>{item.code}</Code>}
        </a>
      </th>
      <td>{item.leftMs === null ? t.none : <Left ms={item.leftMs} t={t} />}</td>
      <td class="wide">{item.title === null ? t.none : <Name>{item.title}</Name>}</td>
      <td>{item.who === null ? t.none : <Name>{item.who}</Name>}</td>
      <td class="figure">{item.amount === null ? t.none : <Amount of={item.amount} />}</td>
      <td>{item.since === null ? t.none : <Moment at={item.since} t={t} />}</td>
    </tr>
  )
}
