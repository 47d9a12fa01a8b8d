import type { PayeeTold, RatingTold } from '../server/payees/queries.ts'
import type { Risk } from '../server/requests/policy.ts'
import { Confirm, Form, LongTextField, Problem, TextField, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Code, Facts, Name, Said } from './parts.tsx'
import { Compared, Details, Versions, type Version } from './payee-accounts.tsx'
import { AccountFields, countryName } from './payee-form.tsx'
import { State } from './payees.tsx'
import { Rate, Ratings } from './payee-ratings.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type PayeeShown = {
  readonly payee: PayeeTold & { readonly risk: Risk; readonly ratings: readonly RatingTold[] }
  readonly countries: readonly string[]
  readonly mayRate: boolean
  readonly mayVerify: boolean
  readonly mayRefuse: boolean
  readonly mayChange: boolean
  readonly mayAlias: boolean
  /** The reader could verify, had they not recorded it. */
  readonly anotherMust: boolean
  readonly done: string | undefined
  /** Of which form something was typed, and what is wrong with it. */
  readonly typed: (form: string) => { problem: FormProblem | undefined; value: (name: string) => string | undefined }
  readonly problem: FormProblem | undefined
  readonly problemOf: string
  readonly formKey: string
}

/** A payee under all its names, every version of its bank details, and who answers for them. */
export function payeePage(frame: Omit<Frame, 'title'>, shown: PayeeShown): string {
  const { t } = frame
  const words = t.payees
  const { payee } = shown
  const waiting = payee.accounts.find(({ state }) => state === 'waiting')
  const inForce = payee.accounts.find(({ state }) => state === 'in_force')
  const { registration, aliases } = payee
  return page(
    { ...frame, title: payee.name },
    <>
      {shown.problem && <Problem problem={shown.problem} t={t} form={shown.problemOf} />}
      {shown.done && (
        <div class="done" role="status">
          {shown.done}
        </div>
      )}
      <h1>
        <Name>{payee.name}</Name>
      </h1>
      <p class="lead">
        <State verified={inForce !== undefined} t={t} />
      </p>
      <Facts
        of={[
          [words.latinName, payee.latinName && <bdi dir="ltr">{payee.latinName}</bdi>],
          [words.aliases, aliases.length > 0 && <Aliases of={aliases} />],
          [words.kind, wordFor(t.payeeKinds, payee.kind)],
          [words.country, <Name>{payee.country}</Name>],
          [
            words.registration,
            registration && (
              <Said
                text={words.registeredAs}
                number={<Code>{registration.number}</Code>}
                registry={<Name>{registration.registry}</Name>}
                country={countryName(registration.country, t)}
              />
            ),
          ],
          [t.ratings.title, t.ratings.risks[payee.risk]],
          [words.recordedBy, <Name>{payee.recordedBy.name}</Name>],
          [words.verifiedBy, payee.verifiedBy && <Name>{payee.verifiedBy.name}</Name>],
        ]}
      />
      {waiting && <Waiting shown={shown} waiting={waiting} inForce={inForce} t={t} />}
      <section aria-labelledby="details">
        <h2 id="details">{t.bankDetails.title}</h2>
        {inForce ? <Details of={inForce} t={t} /> : <p class="calm">{t.bankDetails.none}</p>}
        <Versions of={payee.accounts} t={t} />
      </section>
      {shown.mayChange && <Change shown={shown} last={inForce ?? payee.accounts[0]!} t={t} />}
      {shown.mayAlias && <AddAlias shown={shown} t={t} />}
      <Ratings of={payee.ratings} t={t} />
      {shown.mayRate && <Rate payeeId={payee.id} {...shown.typed('r')} formKey={shown.formKey} t={t} />}
    </>,
  )
}

function Aliases({ of }: { of: PayeeTold['aliases'] }) {
  return (
    <ul class="plain">
      {of.map(({ name, latinName }) => (
        <li>
          <Name>{name}</Name>
          {latinName !== name && (
            <>
              {' '}
              · <bdi dir="ltr">{latinName}</bdi>
            </>
          )}
        </li>
      ))}
    </ul>
  )
}

/** The versions side by side, and the two answers. */
function Waiting({
  shown,
  waiting,
  inForce,
  t,
}: {
  shown: PayeeShown
  waiting: Version
  inForce: Version | undefined
  t: Texts
}) {
  const words = t.bankDetails
  const n = String(waiting.number)
  return (
    <section class="part" aria-labelledby="verify">
      <h2 id="verify">{inForce ? words.compare : t.payees.verify}</h2>
      {shown.anotherMust && <p>{t.payees.another}</p>}
      {inForce ? <Compared was={inForce} is={waiting} t={t} /> : <Details of={waiting} t={t} />}
      {waiting.reason && (
        <p class="long">
          <Name>{waiting.reason}</Name>
        </p>
      )}
      {shown.mayVerify && <Verify shown={shown} n={n} says={inForce ? words.compareSays : t.payees.verifySays} t={t} />}
      {shown.mayRefuse && (
        <Form action={`/payees/${shown.payee.id}/account-refusals`} formKey={`${shown.formKey}-refuse`}>
          <input type="hidden" name="version" value={n} />
          <LongTextField
            name="reason"
            label={words.refuseReason}
            value={shown.typed('refuse').value('reason') ?? ''}
            problem={shown.typed('refuse').problem}
            form="refuse"
            rows={2}
            required
            t={t}
          />
          <button>
            <Said text={words.refuseButton} n={n} />
          </button>
        </Form>
      )}
    </section>
  )
}

function Verify({ shown, n, says, t }: { shown: PayeeShown; n: string; says: string; t: Texts }) {
  const named = { payee: <Name>{shown.payee.name}</Name> }
  const first = n === '1'
  return (
    <>
      <p>{says}</p>
      <Form action={`/payees/${shown.payee.id}/verifications`} formKey={shown.formKey}>
        <input type="hidden" name="version" value={n} />
        <Confirm
          name="confirmed"
          label={<Said text={first ? t.payees.confirm : t.bankDetails.confirm} {...named} />}
          problem={shown.typed('f').problem}
        />
        <button class="main">
          <Said text={first ? t.payees.verifyButton : t.bankDetails.verifyButton} {...named} n={n} />
        </button>
      </Form>
    </>
  )
}

function Change({ shown, last, t }: { shown: PayeeShown; last: Version; t: Texts }) {
  const words = t.bankDetails
  const { problem, value } = shown.typed('change')
  const standing: Record<string, string | null | undefined> = {
    'account.scheme': last.structured ? last.scheme : null,
    'account.bankCountry': last.scheme === 'iban' ? null : last.bankCountry,
    'account.holder': last.holder,
    ...Object.fromEntries(Object.entries(last.address).map(([name, text]) => [`account.address.${name}`, text])),
    ...Object.fromEntries(Object.entries(last.contact ?? {}).map(([name, text]) => [`contact.${name}`, text])),
  }
  const typing = {
    ...{ problem, form: 'change', t, countries: shown.countries },
    value: (name: string) => value(name) ?? standing[name] ?? '',
  }
  return (
    <details class="part" open={problem !== undefined}>
      <summary>{words.change}</summary>
      <p>{words.changeSays}</p>
      <Form action={`/payees/${shown.payee.id}/accounts`} formKey={`${shown.formKey}-change`}>
        <AccountFields {...typing} />
        <LongTextField
          name="reason"
          label={words.reason}
          value={typing.value('reason')}
          problem={problem}
          form="change"
          rows={2}
          required
          t={t}
        />
        <button class="main">{words.changeButton}</button>
      </Form>
    </details>
  )
}

function AddAlias({ shown, t }: { shown: PayeeShown; t: Texts }) {
  const { problem, value } = shown.typed('alias')
  const shared = { problem, form: 'alias', t }
  return (
    <details class="part" open={problem !== undefined}>
      <summary>{t.payees.addAlias}</summary>
      <Form action={`/payees/${shown.payee.id}/aliases`} formKey={`${shown.formKey}-alias`}>
        <TextField name="name" label={t.payees.name} value={value('name') ?? ''} maxLength={300} required {...shared} />
        <TextField
          name="latinName"
          label={t.payees.latinName}
          value={value('latinName') ?? ''}
          maxLength={300}
          leftToRight
          {...shared}
        />
        <button>{t.payees.aliasButton}</button>
      </Form>
    </details>
  )
}
