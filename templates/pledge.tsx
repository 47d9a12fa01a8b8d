import {
  ChoiceGroup,
  Form,
  LongTextField,
  Problem,
  SelectField,
  TextField,
  type Choice,
  type FormProblem,
} from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Name, Said } from './parts.tsx'
import { choicesOf } from './request-forms.tsx'
import type { Texts } from './texts/texts.ts'

export type PledgeForm = {
  readonly fundId: string
  readonly donors: readonly Choice[]
  /** Regions and countries that the fund's processes have, for whoever types one. */
  readonly regions: readonly string[]
  readonly countries: readonly string[]
  readonly currency: string
  readonly today: string
  readonly problem: FormProblem | undefined
  readonly value: (name: string, otherwise?: string) => string
  readonly chosen: (name: string) => string[]
  readonly formKey: string
}

/** What a donor promises, to be recorded. */
export function pledgePage(frame: Omit<Frame, 'title'>, form: PledgeForm): string {
  const { t } = frame
  const words = t.pledge
  return page(
    { ...frame, title: words.title },
    <section class="form">
      {form.problem && <Problem problem={form.problem} t={t} />}
      <h1>{words.title}</h1>
      <p class="lead">{words.intro}</p>
      <Form action={`/funds/${form.fundId}/contributions`} formKey={form.formKey}>
        <Promised {...form} t={t} />
        <EarmarkFields {...form} t={t} />
        <p class="actions">
          <button class="main">{words.button}</button> <a href={`/funds/${form.fundId}/donors`}>{words.cancel}</a>
        </p>
      </Form>
    </section>,
  )
}

type Part = PledgeForm & { readonly t: Texts }

function Promised({ donors, currency, today, value, problem, t }: Part) {
  const words = t.pledge
  const shared = { problem, t }
  const required = { ...shared, required: true }
  return (
    <>
      <SelectField
        name="donorId"
        label={words.donor}
        hint={words.donorHint}
        choices={donors}
        value={value('donorId')}
        {...required}
      />
      <TextField name="pledgedOn" type="date" label={words.pledgedOn} value={value('pledgedOn', today)} {...required} />
      <div class="pair">
        <TextField
          name="amount"
          label={words.amount}
          hint={t.amountHint}
          value={value('amount')}
          inputMode="decimal"
          leftToRight
          {...required}
        />
        <TextField
          name="currency"
          label={words.currency}
          hint={words.currencyHint}
          value={value('currency', currency)}
          maxLength={3}
          leftToRight
          {...required}
        />
      </div>
      <TextField
        name="code"
        label={words.code}
        hint={words.codeHint}
        value={value('code')}
        maxLength={60}
        leftToRight
        {...shared}
      />
    </>
  )
}

function EarmarkFields({ regions, countries, value, chosen, problem, t }: Part) {
  const words = t.pledge
  const shared = { problem, t }
  const several = { type: 'checkbox', problem } as const
  return (
    <fieldset class="lines">
      <legend>{words.earmark}</legend>
      <p class="hint">{words.earmarkHint}</p>
      <SelectField
        name="level"
        label={words.level}
        choices={choicesOf(t.earmarkLevels)}
        value={value('level', 'unearmarked')}
        required
        {...shared}
      />
      <LongTextField
        name="regions"
        label={words.regions}
        hint={<ListHint known={regions} t={t} />}
        value={value('regions')}
        rows={2}
        {...shared}
      />
      <LongTextField
        name="countries"
        label={words.countries}
        hint={<ListHint known={countries} t={t} />}
        value={value('countries')}
        rows={2}
        {...shared}
      />
      <ChoiceGroup
        name="phases"
        legend={words.phases}
        choices={choicesOf(t.phases)}
        chosen={chosen('phases')}
        {...several}
      />
      <ChoiceGroup
        name="themes"
        legend={words.themes}
        choices={choicesOf(t.themes)}
        chosen={chosen('themes')}
        {...several}
      />
      <div class="pair">
        <TextField name="spendBy" type="date" label={words.spendBy} value={value('spendBy')} {...shared} />
        <TextField name="window" label={words.window} value={value('window')} maxLength={100} {...shared} />
      </div>
    </fieldset>
  )
}

function ListHint({ known, t }: { known: readonly string[]; t: Texts }) {
  const names = known.map((name, i) => (
    <>
      {i > 0 && ' · '}
      <Name>{name}</Name>
    </>
  ))
  return (
    <>
      {t.pledge.listHint} {known.length > 0 && <Said text={t.pledge.known} names={names} />}
    </>
  )
}
