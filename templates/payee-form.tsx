import type { ComponentChildren } from 'preact'
import { LongTextField, SelectField, TextField, type FormProblem } from './forms.tsx'
import { choicesOf } from './request-forms.tsx'
import type { Texts } from './texts/texts.ts'

export type Typing = {
  readonly problem: FormProblem | undefined
  readonly form: string
  readonly t: Texts
  /** What was typed into a field, or stands there to begin with. */
  readonly value: (name: string) => string
  /** Codes of ISO 3166. */
  readonly countries: readonly string[]
}

/** Names, kind and registration of a payee that is registered. */
export function NameFields({ value, countries, ...rest }: Typing) {
  const { t } = rest
  const words = t.payees
  const field = (name: string) => ({ name, value: value(name), ...rest })
  return (
    <>
      <TextField {...field('name')} label={words.name} hint={words.nameHint} maxLength={300} required />
      <TextField
        {...field('latinName')}
        label={words.latinName}
        hint={words.latinNameHint}
        maxLength={300}
        leftToRight
      />
      <LongTextField {...field('aliases')} label={words.aliases} hint={words.aliasesHint} rows={2} />
      <SelectField {...field('kind')} label={words.kind} choices={choicesOf(t.payeeKinds)} required />
      <TextField {...field('country')} label={words.country} maxLength={100} required />
      <TextField {...field('registration.number')} label={words.registrationNumber} maxLength={100} />
      <TextField {...field('registration.registry')} label={words.registry} maxLength={300} />
      <SelectField
        {...field('registration.country')}
        label={words.registrationCountry}
        choices={countryChoices(countries, t)}
      />
    </>
  )
}

/** An account as it stands on the letter of a payee, its holder, and who is written to when it changes. */
export function AccountFields({ value, countries, ...rest }: Typing) {
  const { t } = rest
  const words = t.bankDetails
  const field = (name: string) => ({ name, value: value(name), ...rest })
  const places = countryChoices(countries, t)
  return (
    <>
      <Group legend={words.title}>
        <SelectField {...field('account.scheme')} label={words.scheme} choices={choicesOf(words.schemes)} required />
        <TextField
          {...field('account.account')}
          label={words.account}
          hint={words.accountHint}
          maxLength={60}
          autoComplete="off"
          leftToRight
          required
        />
        <TextField
          {...field('account.bankName')}
          label={words.bankName}
          hint={words.latinHint}
          maxLength={140}
          required
        />
        <SelectField
          {...field('account.bankCountry')}
          label={words.bankCountry}
          hint={words.bankCountryHint}
          choices={places}
        />
        <TextField {...field('account.bic')} label={words.bic} maxLength={20} leftToRight />
        <TextField
          {...field('account.clearingCode')}
          label={words.clearingCode}
          hint={words.clearingCodeHint}
          maxLength={40}
          leftToRight
        />
        <TextField {...field('account.currency')} label={words.currency} maxLength={3} leftToRight />
        <TextField {...field('account.holder')} label={words.holder} hint={words.latinHint} maxLength={140} required />
      </Group>
      <Group legend={words.address}>
        <TextField {...field('account.address.street')} label={words.street} hint={words.latinHint} maxLength={70} />
        <TextField {...field('account.address.building')} label={words.building} maxLength={16} />
        <TextField {...field('account.address.postCode')} label={words.postCode} maxLength={16} />
        <TextField
          {...field('account.address.town')}
          label={words.town}
          hint={words.latinHint}
          maxLength={35}
          required
        />
        <SelectField {...field('account.address.country')} label={words.addressCountry} choices={places} required />
      </Group>
      <Group legend={words.contact}>
        <p class="hint">{words.contactSays}</p>
        <TextField {...field('contact.name')} label={words.contactName} maxLength={200} required />
        <TextField {...field('contact.email')} label={words.contactEmail} maxLength={254} leftToRight required />
        <SelectField
          {...field('contact.language')}
          label={words.contactLanguage}
          choices={choicesOf(words.languages)}
          required
        />
      </Group>
    </>
  )
}

function Group({ legend, children }: { legend: string; children: ComponentChildren }) {
  return (
    <fieldset class="group">
      <legend>{legend}</legend>
      {children}
    </fieldset>
  )
}

function countryChoices(countries: readonly string[], t: Texts) {
  return countries
    .map((code) => ({ value: code, label: countryName(code, t) }))
    .sort((a, b) => a.label.localeCompare(b.label, t.language))
}

const NAMES = {
  en: new Intl.DisplayNames('en', { type: 'region' }),
  ar: new Intl.DisplayNames('ar', { type: 'region' }),
}

/** A country by the name that its code has in the reader's language. */
export function countryName(code: string, t: Texts): string {
  return NAMES[t.language].of(code) ?? code
}
