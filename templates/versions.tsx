import type { VersionTold } from '../server/processes/queries.ts'
import { Columns, Moment, Name, Table } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

/** The versions of something after its first: who changed what, when and why. */
export function Changes({ of, t }: { of: readonly VersionTold[]; t: Texts }) {
  const words = t.experts
  const changes = of.filter(({ version }) => version > 1)
  if (changes.length === 0) return null
  return (
    <>
      <h2>{words.versions}</h2>
      <Table caption={words.versions}>
        <Columns names={[words.version, words.changed, words.reason, words.by, words.when]} />
        <tbody>
          {changes.map(({ version, said, reason, by, at }) => (
            <tr>
              <th scope="row">{version}</th>
              <td>
                <bdi dir="ltr">
                  {Object.entries(said)
                    .map(([key, value]) => `${key}: ${plain(value)}`)
                    .join('; ')}
                </bdi>
              </td>
              <td>
                <Name>{reason}</Name>
              </td>
              <td>{by ? <Name>{by.name}</Name> : t.none}</td>
              <td>
                <Moment at={at} t={t} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  )
}

const plain = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
