import type { MoneyText } from '../server/money.ts'
import { page, type Frame, type Section } from './page.tsx'
import { Amount, Code, Columns, Name, Said, Status, Table, wordsFor } from './parts.tsx'
import { StageStatus } from './stage-bar.tsx'
import type { Texts } from './texts/texts.ts'

type Item = {
  readonly id: string
  readonly requestId: string
  readonly code: string
  readonly title: string
  readonly payee: string | null
  readonly amount: MoneyText
  readonly status: string
}

export type FundAtHome = {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly currency: string
  readonly roles: readonly string[]
  readonly mayBeginRequest: boolean
  readonly mayPledge: boolean
  /** Work of some kind can wait for this person. */
  readonly mayWait: boolean
  /** Where else in this fund the reader may go. */
  readonly sections: readonly Section[]
  /** What waits, list by list; empty lists say that their kind of work does not wait. */
  readonly waiting: readonly { readonly list: ListName; readonly items: readonly Item[]; readonly more: boolean }[]
  /** Pledges to be agreed and agreements to be received. */
  readonly promises: readonly { readonly list: 'agree' | 'receive'; readonly items: readonly ContributionWaiting[] }[]
  readonly toVerify: readonly PayeeWaiting[]
  /** Undefined where the person may not see it. */
  readonly stages: Record<string, MoneyText> | undefined
}
type ContributionWaiting = {
  readonly id: string
  readonly code: string
  readonly donor: string
  readonly amount: MoneyText
}
type PayeeWaiting = {
  readonly id: string
  readonly name: string
  readonly country: string
  readonly recordedBy: string
}
type ListName = 'decide' | 'certify' | 'release' | 'settle' | 'drafts'

/** The first page after signing in: what waits for me, fund by fund, and where the money is. */
export function homePage(
  frame: Omit<Frame, 'title'>,
  { administrator, funds }: { administrator: boolean; funds: readonly FundAtHome[] },
): string {
  const { t } = frame
  return page(
    { ...frame, title: t.home.title },
    <>
      <h1>
        <Said text={t.home.greeting} name={<Name>{frame.person}</Name>} />
      </h1>
      {administrator && <p>{t.home.administrator}</p>}
      {!administrator && funds.length === 0 && <p>{t.home.noFunds}</p>}
      {funds.map((fund) => (
        <FundSection fund={fund} t={t} />
      ))}
    </>,
  )
}

function FundSection({ fund, t }: { fund: FundAtHome; t: Texts }) {
  const waiting = fund.waiting.filter(({ items }) => items.length > 0)
  const promises = fund.promises.filter(({ items }) => items.length > 0)
  return (
    <section class="of-fund" aria-labelledby={fund.id}>
      <h2 id={fund.id}>
        <Name>{fund.name}</Name> <Code>{fund.code}</Code>
      </h2>
      {fund.roles.length > 0 && (
        <p class="roles">
          {t.home.roles}: {wordsFor(t.roles, fund.roles, t)}
        </p>
      )}
      {fund.sections.length > 0 && (
        <p class="sections">
          {fund.sections.map((section) => (
            <a href={`/funds/${fund.id}/${section}`}>{t.sections[section]}</a>
          ))}
        </p>
      )}
      {fund.mayBeginRequest && (
        <p>
          <a class="button" href={`/funds/${fund.id}/requests/new`}>
            {t.home.newRequest}
          </a>
        </p>
      )}
      {fund.mayPledge && (
        <p>
          <a class="button" href={`/funds/${fund.id}/contributions/new`}>
            {t.home.newPledge}
          </a>
        </p>
      )}
      {waiting.map((one) => (
        <WaitingTable {...one} t={t} />
      ))}
      {promises.map((one) => (
        <PromisesTable {...one} t={t} />
      ))}
      {fund.toVerify.length > 0 && <PayeesToVerify items={fund.toVerify} t={t} />}
      {fund.mayWait && waiting.length + promises.length + fund.toVerify.length === 0 && (
        <p class="calm">{t.home.nothingWaits}</p>
      )}
      {fund.stages && (
        <>
          <h3>{t.home.status}</h3>
          <StageStatus stages={fund.stages} currency={fund.currency} t={t} id={`stages-${fund.id}`} />
        </>
      )}
    </section>
  )
}

function WaitingTable({ list, items, more, t }: FundAtHome['waiting'][number] & { t: Texts }) {
  const words = list === 'release' || list === 'settle' ? t.paymentStatuses : t.statuses
  return (
    <>
      <Table caption={t.home[list]}>
        <Columns
          names={[t.requests.code, t.requests.name, t.requests.amount, t.requests.payee, t.requests.status]}
          figures={[t.requests.amount]}
        />
        <tbody>
          {items.map((item) => (
            <tr>
              <th scope="row">
                <a href={`/requests/${item.requestId}`}>
                  <Code>{item.code}</Code>
                </a>
              </th>
              <td>
                <Name>{item.title}</Name>
              </td>
              <td class="figure">
                <Amount of={item.amount} />
              </td>
              <td>{item.payee === null ? t.none : <Name>{item.payee}</Name>}</td>
              <td>
                <Status of={item.status} words={words} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {more && <p class="hint">{t.home.moreWait}</p>}
    </>
  )
}

function PromisesTable({ list, items, t }: FundAtHome['promises'][number] & { t: Texts }) {
  return (
    <Table caption={t.home[list]}>
      <Columns names={[t.donors.contribution, t.contribution.donor, t.requests.amount]} figures={[t.requests.amount]} />
      <tbody>
        {items.map((item) => (
          <tr>
            <th scope="row">
              <a href={`/contributions/${item.id}`}>
                <Code>{item.code}</Code>
              </a>
            </th>
            <td>
              <Name>{item.donor}</Name>
            </td>
            <td class="figure">
              <Amount of={item.amount} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function PayeesToVerify({ items, t }: { items: readonly PayeeWaiting[]; t: Texts }) {
  return (
    <Table caption={t.home.verify}>
      <Columns names={[t.payees.name, t.payees.country, t.payees.recordedBy]} />
      <tbody>
        {items.map((item) => (
          <tr>
            <th scope="row">
              <a href={`/payees/${item.id}`}>
                <Name>{item.name}</Name>
              </a>
            </th>
            <td>
              <Name>{item.country}</Name>
            </td>
            <td>
              <Name>{item.recordedBy}</Name>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
