import type { SampleItem, SampleTold } from '../server/samples/queries.ts'
import { Ways } from './audit-ways.tsx'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Day, Facts, Figure, LongCode, Moment, Name, Said, Table } from './parts.tsx'
import { wordFor } from './texts/texts.ts'

export type SampleShown = SampleTold & { readonly fundId: string; readonly items: readonly SampleItem[] }

/** A sample with all that is needed to draw it again, and its working paper. */
export function samplePage(frame: Omit<Frame, 'title'>, sample: SampleShown): string {
  const { t } = frame
  const words = t.audit
  const { sum, count } = sample.population
  const figures = [t.ledger.amount, words.cumulative]
  return page(
    { ...frame, title: words.sample.replace('{id}', sample.id) },
    <>
      <h1>
        <Said text={words.sample} id={<LongCode of={sample.id} />} />
      </h1>
      <Ways fundId={sample.fundId} current="sample" t={t} />
      <p class="reports">
        <a href={`/api/v1/samples/${sample.id}/paper`}>{words.paper}</a>
      </p>
      <Facts
        of={[
          [words.method, words.methods[sample.method]],
          [words.size, `${sample.size}`],
          [words.seed, <LongCode of={sample.seed} />],
          [words.query, sample.query && <Code>{sample.query}</Code>],
          [words.position, `${sample.position}`],
          [words.sealHash, <LongCode of={sample.sealHash} />],
          [words.population, <Said text={words.populationIs} count={count} sum={<Amount of={sum} />} />],
          [words.interval, sample.interval && <Amount of={sample.interval} />],
          [words.start, sample.start && <Amount of={sample.start} />],
          [words.drawnBy, <Name>{sample.drawnBy.name}</Name>],
          [words.drawnAt, <Moment at={sample.drawnAt} t={t} />],
        ]}
      />
      <Table caption={<Said text={words.sampleItems} currency={<bdi>{sum.currency}</bdi>} />}>
        <Columns
          names={[t.ledger.entry, words.rank, t.ledger.day, t.ledger.event, t.ledger.memo, ...figures, words.hits]}
          figures={figures}
        />
        <tbody>
          {sample.items.map((item) => (
            <tr>
              <th scope="row">
                <a href={`/funds/${sample.fundId}/ledger/entries/${item.entryId}`}>
                  <Code>{item.entryId}</Code>
                </a>
              </th>
              <td>{item.rank}</td>
              <td>
                <Day on={item.occurredOn} t={t} />
              </td>
              <td>{wordFor(t.events, item.kind)}</td>
              <td class="wide">
                <Name>{item.memo}</Name>
              </td>
              <td class="figure">
                <Figure of={item.amount.amount} />
              </td>
              <td class="figure">
                <Figure of={item.cumulative.amount} />
              </td>
              <td>{item.hits}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>,
  )
}
