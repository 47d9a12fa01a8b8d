import { ChoiceGroup, Form, SelectField, TextField, type Choice } from './forms.tsx'
import { Amount, Said } from './parts.tsx'
import type { Texts } from './texts/texts.ts'
import type { TreasuryShown } from './treasury.tsx'

type Props = { readonly shown: TreasuryShown; readonly t: Texts }

/** What was typed into a form that was refused, and what is wrong with it. */
function typedIn({ refused }: TreasuryShown, form: string) {
  const typed = refused?.form === form ? refused : undefined
  return { problem: typed?.problem, value: (name: string, otherwise = '') => typed?.fields[name] ?? otherwise }
}

function accountsOf({ accounts }: TreasuryShown): Choice[] {
  return accounts.map(({ id, name, currency }) => ({ value: id, label: `${name} (${currency})` }))
}

/** Approve or reject; who proposed it may only take it back. */
export function DecisionForm({ proposal, shown, t }: Props & { proposal: TreasuryShown['proposals'][number] }) {
  const words = t.treasury
  const form = proposal.id
  const { problem, value } = typedIn(shown, form)
  const roles = proposal.mayDecide.map((role) => t.roles[role]).join(t.language === 'ar' ? '، ' : ', ')
  if (proposal.part === undefined) return <p class="calm">{words.mayDecide.replace('{roles}', roles)}</p>
  const own = proposal.part === 'own'
  return (
    <Form action={`/proposals/${proposal.id}/decisions`} formKey={shown.newKey()} id={form}>
      {own ? (
        <>
          <p>{words.yours}</p>
          <input type="hidden" name="verdict" value="reject" />
        </>
      ) : (
        <ChoiceGroup
          type="radio"
          name="verdict"
          legend={<Said text={words.decideLegend} amount={<Amount of={proposal.functional} />} />}
          choices={Object.entries(words.verdicts).map(([verdict, label]) => ({ value: verdict, label }))}
          chosen={[value('verdict')]}
          required
          {...{ problem, form }}
        />
      )}
      <TextField
        name="reason"
        label={words.decideReason}
        hint={words.decideReasonHint}
        value={value('reason')}
        maxLength={1000}
        {...{ problem, form, t }}
      />
      <button class={own ? '' : 'main'}>{own ? words.takeBack : words.decide}</button>
    </Form>
  )
}

/** Money that moved between two accounts of the fund. */
export function ConversionForm({ shown, t }: Props) {
  const words = t.treasury
  const form = 'convert'
  const { problem, value } = typedIn(shown, form)
  const shared = { problem, form, t }
  const amount = { inputMode: 'decimal', leftToRight: true } as const
  const account = (name: string, label: string) => (
    <SelectField name={name} label={label} choices={accountsOf(shown)} value={value(name)} required {...shared} />
  )
  return (
    <Form action={`/funds/${shown.fund.id}/conversions`} formKey={shown.newKey()} id={form}>
      <h3>{words.convert}</h3>
      <p>{words.convertSays}</p>
      {account('fromAccountId', words.from)}
      <TextField
        name="left"
        label={words.leftAmount}
        hint={t.amountHint}
        value={value('left')}
        required
        {...amount}
        {...shared}
      />
      <TextField
        name="leftOn"
        type="date"
        label={words.leftOn}
        value={value('leftOn', shown.today)}
        required
        {...shared}
      />
      {account('toAccountId', words.to)}
      <TextField name="arrived" label={words.arrivedAmount} value={value('arrived')} required {...amount} {...shared} />
      <TextField
        name="arrivedOn"
        type="date"
        label={words.arrivedOn}
        mark={words.sameDay}
        value={value('arrivedOn')}
        {...shared}
      />
      <TextField name="charge" label={words.chargeAmount} value={value('charge')} {...amount} {...shared} />
      <SelectField
        name="chargeAt"
        label={words.chargeAt}
        choices={[
          { value: 'from', label: words.chargeFrom },
          { value: 'to', label: words.chargeTo },
        ]}
        value={value('chargeAt', 'from')}
        {...shared}
      />
      <TextField
        name="reference"
        label={words.reference}
        value={value('reference')}
        maxLength={200}
        required
        {...shared}
      />
      <button class="main">{words.convertButton}</button>
    </Form>
  )
}

/** Asks for the shares of interest; changes nothing. */
export function InterestQuestion({ shown, t }: Props) {
  const words = t.treasury
  const form = 'look'
  const { asked, previewProblem: problem } = shown
  const shared = { problem, form, t }
  const day = (name: string, label: string) => (
    <TextField name={name} type="date" label={label} value={asked[name] ?? ''} required {...shared} />
  )
  return (
    <form method="get" action={`/funds/${shown.fund.id}/treasury#interest`} noValidate>
      <h3>{words.look}</h3>
      <p>{words.lookSays}</p>
      <SelectField
        name="bankAccountId"
        label={words.account}
        choices={accountsOf(shown)}
        value={asked.bankAccountId ?? ''}
        required
        {...shared}
      />
      {day('periodFrom', words.periodFrom)}
      {day('periodTo', words.periodTo)}
      {day('creditedOn', words.creditedOn)}
      <TextField
        name="amount"
        label={words.amount}
        value={asked.amount ?? ''}
        inputMode="decimal"
        leftToRight
        required
        {...shared}
      />
      <button>{words.lookButton}</button>
    </form>
  )
}

/** Records the interest that was looked at, and nothing else. */
export function InterestRecord({ shown, t }: Props) {
  const words = t.treasury
  const form = 'interest'
  const { problem, value } = typedIn(shown, form)
  const { asked, preview } = shown
  const kept = ['bankAccountId', 'periodFrom', 'periodTo', 'creditedOn', 'amount']
  return (
    <Form action={`/funds/${shown.fund.id}/interest`} formKey={shown.newKey()} id={form}>
      {kept.map((name) => (
        <input type="hidden" name={name} value={asked[name] ?? ''} />
      ))}
      <input type="hidden" name="basis" value={preview!.basis} />
      <TextField
        name="reference"
        label={words.reference}
        value={value('reference')}
        maxLength={200}
        required
        {...{ problem, form, t }}
      />
      <button class="main">
        <Said text={words.recordButton} amount={<Amount of={preview!.amount} />} />
      </button>
    </Form>
  )
}

/** Moves spending authority between the reserve and a contribution without an earmark. */
export function MoveForm({ shown, t }: Props) {
  const words = t.treasury
  const form = 'move'
  const { problem, value } = typedIn(shown, form)
  const shared = { problem, form, t }
  const { currency } = shown.fund
  return (
    <section aria-labelledby="moving">
      <Form action={`/funds/${shown.fund.id}/reserve/transfers`} formKey={shown.newKey()} id={form}>
        <h2 id="moving">{words.move}</h2>
        <p>{words.moveSays}</p>
        <ChoiceGroup
          type="radio"
          name="direction"
          legend={words.direction}
          choices={Object.entries(words.directions).map(([direction, label]) => ({ value: direction, label }))}
          chosen={[value('direction')]}
          required
          {...{ problem, form }}
        />
        <SelectField
          name="contributionId"
          label={words.contribution}
          choices={shown.lenders.map(({ id, code, donor }) => ({ value: id, label: `${code} · ${donor}` }))}
          value={value('contributionId')}
          required
          {...shared}
        />
        <TextField
          name="amount"
          label={<Said text={words.moveAmount} currency={<bdi>{currency}</bdi>} />}
          hint={t.amountHint}
          value={value('amount')}
          inputMode="decimal"
          leftToRight
          required
          {...shared}
        />
        <TextField
          name="occurredOn"
          type="date"
          label={words.occurredOn}
          value={value('occurredOn', shown.today)}
          required
          {...shared}
        />
        <TextField
          name="consent"
          label={words.consent}
          hint={words.consentHint}
          mark={words.onlyToReplenish}
          value={value('consent')}
          maxLength={1000}
          {...shared}
        />
        <TextField name="reason" label={words.reason} value={value('reason')} maxLength={1000} required {...shared} />
        <button class="main">{words.moveButton}</button>
      </Form>
    </section>
  )
}
