import type { ComponentChildren } from 'preact'
import { Form, LongTextField, SelectField, TextField, type FormProblem } from './forms.tsx'
import { Said } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

type Choosable = readonly { readonly id: string; readonly name: string }[]

/** What somebody who may delegate chooses from, and what they had typed. */
export type Asking = {
  readonly fundId: string
  readonly currency: string
  /** Those of their roles that can be delegated. */
  readonly roles: readonly string[]
  readonly people: Choosable
  readonly processes: Choosable
  readonly entities: Choosable
  readonly regions: readonly string[]
  readonly days: number
  readonly formKey: () => string
  readonly typed: (form: string) => {
    readonly problem: FormProblem | undefined
    readonly value: (name: string) => string
  }
}

/** When I am away, and who stands in for which of my roles. */
export function AwayForm({ asking, t }: { asking: Asking; t: Texts }) {
  const words = t.delegations
  const form = 'away'
  const { problem, value } = asking.typed(form)
  const shared = { problem, form, t }
  return (
    <section class="part" aria-labelledby="away">
      <h2 id="away">{words.away}</h2>
      <p>{words.awaySays}</p>
      <Form action={`/funds/${asking.fundId}/absences`} formKey={asking.formKey()}>
        <Times value={value} shared={shared} />
        {asking.roles.map((role) => {
          const said = { role: wordFor(t.roles, role), currency: <bdi>{asking.currency}</bdi> }
          return (
            <>
              <People
                name={`delegate-${role}`}
                label={<Said text={words.standInFor} {...said} />}
                people={asking.people}
                value={value}
                shared={shared}
              />
              <Cap
                name={`upTo-${role}`}
                label={<Said text={words.upToFor} {...said} />}
                value={value}
                shared={shared}
              />
            </>
          )
        })}
        <LongTextField name="reason" label={words.reason} value={value('reason')} rows={2} {...shared} />
        <button class="main">{words.awayButton}</button>
      </Form>
    </section>
  )
}

/** A delegation without an absence, within a scope. */
export function GiveForm({ asking, t }: { asking: Asking; t: Texts }) {
  const words = t.delegations
  const form = 'give'
  const { problem, value } = asking.typed(form)
  const shared = { problem, form, t }
  const currency = <bdi>{asking.currency}</bdi>
  const named = (all: Choosable) => all.map(({ id, name }) => ({ value: id, label: name }))
  return (
    <section class="part" aria-labelledby="give">
      <h2 id="give">{words.give}</h2>
      <p>
        <Said text={words.giveSays} days={asking.days} />
      </p>
      <Form action={`/funds/${asking.fundId}/delegations`} formKey={asking.formKey()}>
        <People
          name="delegateId"
          label={words.delegate}
          people={asking.people}
          value={value}
          shared={shared}
          required
        />
        <SelectField
          name="role"
          label={words.role}
          choices={asking.roles.map((role) => ({ value: role, label: wordFor(t.roles, role) }))}
          value={value('role') || (asking.roles.length === 1 ? asking.roles[0]! : '')}
          required
          {...shared}
        />
        <Times value={value} shared={shared} />
        <Cap
          name="upTo"
          label={<Said text={words.upTo} currency={currency} />}
          value={value}
          shared={shared}
          required
        />
        <Cap name="inAll" label={<Said text={words.inAll} currency={currency} />} value={value} shared={shared} />
        <SelectField
          name="processId"
          label={words.process}
          choices={named(asking.processes)}
          value={value('processId')}
          {...shared}
        />
        <SelectField
          name="entityId"
          label={words.entity}
          choices={named(asking.entities)}
          value={value('entityId')}
          {...shared}
        />
        <SelectField
          name="region"
          label={words.region}
          choices={asking.regions.map((region) => ({ value: region, label: region }))}
          value={value('region')}
          {...shared}
        />
        <LongTextField name="reason" label={words.reason} value={value('reason')} rows={2} required {...shared} />
        <button class="main">{words.giveButton}</button>
      </Form>
    </section>
  )
}

type Shared = { readonly problem: FormProblem | undefined; readonly form: string; readonly t: Texts }
type Field = {
  readonly name: string
  readonly label: ComponentChildren
  readonly value: (name: string) => string
  readonly shared: Shared
  readonly required?: boolean
}

function Times({ value, shared }: { value: (name: string) => string; shared: Shared }) {
  const words = shared.t.delegations
  return (
    <>
      <TextField
        name="from"
        type="datetime-local"
        label={`${words.from} (UTC)`}
        value={value('from')}
        leftToRight
        {...shared}
      />
      <TextField
        name="until"
        type="datetime-local"
        label={`${words.until} (UTC)`}
        hint={words.untilHint}
        value={value('until')}
        leftToRight
        required
        {...shared}
      />
    </>
  )
}

function People({ name, label, people, value, shared, required = false }: Field & { people: Choosable }) {
  return (
    <SelectField
      name={name}
      label={label}
      choices={people.map((one) => ({ value: one.id, label: one.name }))}
      value={value(name)}
      required={required}
      {...shared}
    />
  )
}

function Cap({ name, label, value, shared, required = false }: Field) {
  return (
    <TextField
      name={name}
      label={label}
      hint={shared.t.amountHint}
      value={value(name)}
      inputMode="decimal"
      leftToRight
      required={required}
      {...shared}
    />
  )
}
