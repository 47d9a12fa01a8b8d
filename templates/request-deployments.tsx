import type { DeploymentTold } from '../server/deployments/queries.ts'
import { FieldForm, type Field, type Typed } from './fields.tsx'
import { Form } from './forms.tsx'
import { Columns, Day, Name, Status, Table } from './parts.tsx'
import { choicesOf, type PartNowProps } from './request-forms.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

type Props = Pick<PartNowProps, 'newKey' | 'typed' | 'today'> & {
  readonly request: { readonly id: string; readonly fundId: string; readonly version: number }
  readonly deployments: readonly DeploymentTold[]
  /** Whether the reader may still plan, and whether they record that somebody left, came back or stays. */
  readonly mayPlan: boolean
  readonly mayRecord: boolean
  readonly t: Texts
}

/** Whom a request sends, where and until when, with the forms of who plans it and who records what became of it. */
export function DeploymentsOn(props: Props) {
  const { request, deployments, mayPlan, t } = props
  const words = t.deploying
  if (deployments.length === 0 && !mayPlan) return null
  return (
    <section aria-labelledby="deployments">
      <h2 id="deployments">{words.sent}</h2>
      {deployments.length > 0 && (
        <Table caption={words.sentCaption}>
          <Columns
            names={[words.expert, t.experts.mode, t.experts.where, words.firstDay, words.lastDay, t.experts.state]}
          />
          <tbody>
            {deployments.map((one) => (
              <tr id={one.id}>
                <th scope="row">
                  <a href={`/experts/${one.expert.id}`}>
                    <Name>{one.expert.name}</Name>
                  </a>
                </th>
                <td>{one.mode ? wordFor(t.modes, one.mode) : t.none}</td>
                <td>
                  <Name>{[one.country, one.place].filter(Boolean).join(', ')}</Name>
                </td>
                <td>
                  <Day on={one.startsOn} t={t} />
                </td>
                <td>
                  <Day on={one.endsOn} t={t} />
                </td>
                <td>
                  <Status of={one.state} words={t.deploymentStates} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {mayPlan && (
        <p>
          <a href={`/funds/${request.fundId}/deployments/new?requestId=${request.id}`}>{words.send}</a>
        </p>
      )}
      {deployments.map((one) => (
        <OnOne {...props} one={one} />
      ))}
    </section>
  )
}

function OnOne({ one, request, mayPlan, mayRecord, typed, newKey, today, t }: Props & { one: DeploymentTold }) {
  const words = t.deploying
  const name = one.expert.latinName
  if (mayPlan)
    return (
      <Form action={`/deployments/${one.id}/removals`} formKey={newKey()}>
        <input type="hidden" name="version" value={request.version} />
        <button>{words.takeOut.replace('{name}', name)}</button>
      </Form>
    )
  const open = one.state === 'confirmed' ? ['started', 'cancelled'] : one.state === 'active' ? ['ended'] : []
  if (!mayRecord || open.length === 0) return null
  const { problem, value } = typed(one.id)
  const all: Typed = { problem, value, chosen: (_name, otherwise = []) => otherwise }
  const changes = Object.fromEntries(open.map((change) => [change, wordFor(words.changes, change)]))
  const fields: Field[] = [
    {
      name: 'change',
      label: words.what,
      kind: 'one',
      choices: choicesOf(changes),
      required: true,
      now: open.length === 1 ? open[0]! : '',
    },
    { name: 'onDay', label: words.onDay, kind: 'date', required: true, now: today },
    { name: 'reason', label: t.experts.reason, most: 2000 },
  ]
  return (
    <details class="part" open={problem !== undefined}>
      <summary>{words.record.replace('{name}', name)}</summary>
      <FieldForm
        action={`/deployments/${one.id}/changes`}
        {...{ fields, button: words.recordButton, formKey: newKey(), typed: all, form: one.id, t }}
      />
    </details>
  )
}
