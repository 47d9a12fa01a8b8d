import type { MoneyText } from '../server/money.ts'
import { WrongQuery, type QueryProblem } from './audit-entries.tsx'
import { Ways } from './audit-ways.tsx'
import { LongTextField, SelectField, TextField } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Columns, Figure, LongCode, Name, Said, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

type Cell = { readonly functional: MoneyText; readonly q: string | null }
type Named = { readonly key: string | null; readonly name: string | null }

export type BreakdownShown = {
  readonly fund: { readonly id: string; readonly currency: string }
  readonly asked: Readonly<Record<'by' | 'across' | 'depth' | 'q' | 'position', string>>
  readonly table:
    | {
        readonly columns: readonly (Named & { readonly total: Cell })[]
        readonly rows: readonly (Named & { readonly of: readonly (Cell | null)[]; readonly total: Cell })[]
        readonly total: Cell
      }
    | undefined
  readonly problem: QueryProblem | undefined
}

/** Balances by one or two dimensions; every figure leads to its entries. */
export function breakdownPage(frame: Omit<Frame, 'title'>, shown: BreakdownShown): string {
  const { t } = frame
  const words = t.audit
  const { asked, fund } = shown
  const choices = Object.entries(words.dimensions).map(([value, label]) => ({ value, label }))
  return page(
    { ...frame, title: words.breakdown },
    <>
      <h1>{words.breakdown}</h1>
      <Ways fundId={fund.id} current="/ledger/breakdown" t={t} />
      {shown.problem && <WrongQuery problem={shown.problem} t={t} />}
      <form method="get" action={`/funds/${fund.id}/ledger/breakdown`} class="query">
        <SelectField {...{ name: 'by', label: words.by, value: asked.by, choices, required: true, t }} />
        <SelectField {...{ name: 'across', label: words.across, value: asked.across, choices, t }} />
        <TextField {...{ name: 'depth', label: words.depth, value: asked.depth, leftToRight: true, t }} />
        <LongTextField {...{ name: 'q', label: words.query, value: asked.q, rows: 2, t }} />
        <TextField {...{ name: 'position', label: words.position, value: asked.position, leftToRight: true, t }} />
        <button>{words.showTable}</button>
      </form>
      {shown.table && <BreakdownTable shown={shown} table={shown.table} t={t} />}
    </>,
  )
}

function BreakdownTable({
  shown,
  table,
  t,
}: {
  shown: BreakdownShown
  table: NonNullable<BreakdownShown['table']>
  t: Texts
}) {
  const { asked, fund } = shown
  const { by, across, position } = asked
  const columns = table.columns.map((one) => nameOf(across, one, t))
  const link = (cell: Cell | null) =>
    cell && <CellLink cell={cell} to={`/funds/${fund.id}/ledger/entries`} position={position} />
  return (
    <Table caption={<Said text={t.audit.breakdownCaption} currency={<bdi>{fund.currency}</bdi>} />}>
      <Columns names={[wordFor(t.audit.dimensions, by), ...columns, t.total]} figures={[...columns, t.total]} />
      <tbody>
        {table.rows.map((row) => (
          <tr>
            <th scope="row">
              {by === 'account' ? <LongCode of={nameOf(by, row, t)} /> : <Name>{nameOf(by, row, t)}</Name>}
            </th>
            {row.of.map((cell) => (
              <td class="figure">{link(cell)}</td>
            ))}
            <td class="figure">{link(row.total)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t.total}</th>
          {table.columns.map(({ total }) => (
            <td class="figure">{link(total)}</td>
          ))}
          <td class="figure">{link(table.total)}</td>
        </tr>
      </tfoot>
    </Table>
  )
}

function CellLink({ cell, to, position }: { cell: Cell; to: string; position: string }) {
  if (cell.q === null) return <Figure of={cell.functional.amount} />
  const query = new URLSearchParams({ q: cell.q, ...(position ? { position } : {}) }).toString()
  return (
    <a href={`${to}?${query}`}>
      <Figure of={cell.functional.amount} />
    </a>
  )
}

function nameOf(dimension: string, { key, name }: Named, t: Texts): string {
  const words = t.audit
  if (key === null) return `(${words.without})`
  if (dimension === 'process' && key.startsWith('confidential')) {
    const region = key.split(':')[1]
    return region ? words.confidentialIn.replace('{region}', region) : words.confidential
  }
  if (dimension === 'kind') return wordFor(t.events, key)
  if (dimension === 'category') return wordFor(t.categories, key)
  if (dimension === 'book') return key === 'budget' ? t.ledger.budget : t.ledger.actual
  return name ?? key
}
