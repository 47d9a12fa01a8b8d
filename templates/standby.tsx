import type { DeploymentTold } from '../server/deployments/queries.ts'
import type { FreeNow } from '../server/experts/queries.ts'
import { Deployments, Expert } from './experts.tsx'
import { TextField } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Columns, Day, Said, Table, wordsFor } from './parts.tsx'

export type Standby = {
  readonly action: string
  readonly on: string
  readonly out: readonly DeploymentTold[]
  readonly free: readonly FreeNow[]
  readonly next: string | null
}

/** Who is out on a day and until when, and who could leave on it. */
export function standbyPage(frame: Omit<Frame, 'title'>, { action, on, out, free, next }: Standby): string {
  const { t } = frame
  const words = t.experts
  const title = <Said text={words.standbyOn} day={<Day on={on} t={t} />} />
  return page(
    { ...frame, title: words.standby },
    <>
      <h1>{words.standby}</h1>
      <form method="get" action={action}>
        <TextField name="on" label={words.day} type="date" value={on} required t={t} />
        <button>{words.show}</button>
      </form>
      <h2>{title}</h2>
      {out.length === 0 ? (
        <p class="calm">{words.nobodyOut}</p>
      ) : (
        <Deployments of={out} caption={words.deployments} t={t} />
      )}
      <h2>{words.couldLeave}</h2>
      {free.length === 0 ? (
        <p class="calm">{words.nobodyFree}</p>
      ) : (
        <Table caption={words.couldLeave}>
          <Columns names={[words.name, words.themes, words.until]} />
          <tbody>
            {free.map((one) => (
              <tr>
                <th scope="row">
                  <Expert of={one} />
                </th>
                <td>{wordsFor(t.themes, one.themes, t)}</td>
                <td>{one.freeUntil ? <Day on={one.freeUntil} t={t} /> : t.none}</td>
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
