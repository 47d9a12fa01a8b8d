import type { readRequest } from '../server/requests/queries.ts'
import { Amount, Columns, Day, Moment, Name, Said, Table, wordsFor } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

type RequestTold = Awaited<ReturnType<typeof readRequest>>['body']
type Changed = RequestTold['changes'][number]

/** What changed from each submission to the next, field by field and line by line, the latest first. */
export function Changes({ request, t }: { request: RequestTold; t: Texts }) {
  if (request.changes.length === 0) return null
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">{t.changes.title}</h2>
      {[...request.changes].reverse().map((round) => (
        <OneRound of={round} t={t} />
      ))}
    </section>
  )
}

function OneRound({ of, t }: { of: Changed; t: Texts }) {
  const words = t.changes
  const { fields, lines, amount, material, kept } = of
  const touched = material.flatMap(({ touches }) => touches)
  const roles = touched.includes('all') ? words.everybody : wordsFor(t.roles, [...new Set(touched)], t)
  const caption = (
    <Said
      text={words.caption}
      round={of.round}
      name={<Name>{of.submittedBy}</Name>}
      at={<Moment at={of.submittedAt} t={t} />}
    />
  )
  const any = fields.length > 0 || lines.length > 0
  return (
    <>
      {any ? (
        <Table caption={caption}>
          <Columns names={[words.field, words.before, words.after]} />
          <tbody>
            {fields.map((one) => (
              <tr>
                <th scope="row">{words.fields[one.field]}</th>
                <td class="wide">
                  {one.field === 'payeeDetails' ? (
                    words.detailsBefore
                  ) : (
                    <Value of={one.field} value={one.before} t={t} />
                  )}
                </td>
                <td class="wide">
                  {one.field === 'payeeDetails' ? words.detailsAfter : <Value of={one.field} value={one.after} t={t} />}
                </td>
              </tr>
            ))}
            {lines.map((line) => (
              <tr>
                <th scope="row">
                  {wordFor(t.categories, line.category)}: <Name>{line.description}</Name>
                </th>
                <td>{line.before ? <Amount of={line.before} /> : t.none}</td>
                <td>{line.after ? <Amount of={line.after} /> : t.none}</td>
              </tr>
            ))}
            {amount && (
              <tr>
                <th scope="row">{words.total}</th>
                <td>
                  <Amount of={amount.before} />
                </td>
                <td>
                  <Amount of={amount.after} />
                </td>
              </tr>
            )}
          </tbody>
        </Table>
      ) : (
        <p>
          {caption}. {words.nothing}
        </p>
      )}
      <p>
        {material.length > 0 ? <Said text={words.material} roles={roles} /> : any && words.words}{' '}
        {kept > 0 ? <Said text={words.kept} n={kept} /> : words.noneKept}
      </p>
    </>
  )
}

function Value({ of, value, t }: { of: Changed['fields'][number]['field']; value: unknown; t: Texts }) {
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0))
    return <>{t.none}</>
  if (of === 'support') return <>{wordsFor(t.supports, value as string[], t)}</>
  if (of === 'themes') return <>{wordsFor(t.themes, value as string[], t)}</>
  if (of === 'mandateBasis') return <>{wordFor(t.mandateBases, value as string)}</>
  if (of === 'startsOn' || of === 'endsOn') return <Day on={value as string} t={t} />
  return <Name>{Array.isArray(value) ? value.join(t.language === 'ar' ? '، ' : ', ') : (value as string)}</Name>
}
