import type { ComponentChildren } from 'preact'
import type { MoneyText } from '../server/money.ts'
import type { ProposalTold } from '../server/proposals/queries.ts'
import { Amount, Code, Day, Name, Said } from './parts.tsx'
import { DecisionForm } from './treasury-forms.tsx'
import type { TreasuryShown } from './treasury.tsx'
import type { Texts } from './texts/texts.ts'

/** What waits for a second person, with the form for whoever may decide. */
export function Proposals(shown: TreasuryShown & { readonly t: Texts }) {
  const { proposals, t } = shown
  const words = t.treasury
  return (
    <section aria-labelledby="proposals">
      <h2 id="proposals">{words.proposals}</h2>
      {proposals.length === 0 && <p class="calm">{words.noProposals}</p>}
      {proposals.map((one) => (
        <article aria-labelledby={`kind-${one.id}`}>
          <h3 id={`kind-${one.id}`}>
            {words.kinds[one.kind]}: <Amount of={one.functional} />{' '}
            {one.contribution && <Code>{one.contribution.code}</Code>}
            {one.request && (
              <a href={`/requests/${one.request.id}`}>
                <Code>{one.request.code}</Code>
              </a>
            )}
          </h3>
          <p>
            <Said
              text={words.proposedBy}
              name={<Name>{one.proposedBy.name}</Name>}
              day={<Day on={one.occurredOn} t={t} />}
            />
            {' · '}
            <Name>{one.reason}</Name>
          </p>
          <Terms of={one} accounts={shown.accounts} t={t} />
          <DecisionForm proposal={one} shown={shown} t={t} />
        </article>
      ))}
    </section>
  )
}

/** The amounts that are decided on, as they were written down. */
function Terms({ of, accounts, t }: { of: ProposalTold; accounts: TreasuryShown['accounts']; t: Texts }) {
  const words = t.treasury
  const named: [string, string][] = [
    ['left', words.left],
    ['arrived', words.arrived],
    ['charge', words.charge],
    ['amount', words.amount],
  ]
  const account = (key: string) => accounts.find(({ id }) => id === of.terms[key])?.name
  const facts: [string, ComponentChildren][] = [
    ...(['fromAccountId', 'toAccountId', 'bankAccountId'] as const).flatMap((key, i): [string, ComponentChildren][] => {
      const name = account(key)
      return name ? [[[words.from, words.to, words.account][i]!, <Name>{name}</Name>]] : []
    }),
    ...named.flatMap(([key, label]): [string, ComponentChildren][] =>
      of.terms[key] ? [[label, <Amount of={of.terms[key] as MoneyText} />]] : [],
    ),
    ...(typeof of.terms.consent === 'string'
      ? [[words.consent, <Name>{of.terms.consent}</Name>] as [string, ComponentChildren]]
      : []),
  ]
  return (
    <dl class="facts">
      {facts.map(([label, value]) => (
        <div>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
