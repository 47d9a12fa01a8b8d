import type { WaitingFor } from '../server/console/waiting.ts'
import type { MoneyText } from '../server/money.ts'
import { page, type Frame, type Section } from './page.tsx'
import { Code, Name, Said, wordsFor } from './parts.tsx'
import { StageStatus } from './stage-bar.tsx'
import type { Texts } from './texts/texts.ts'
import { WaitingTable } from './waiting.tsx'

export type FundAtHome = {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly currency: string
  readonly roles: readonly string[]
  readonly mayBeginRequest: boolean
  readonly mayPledge: boolean
  /** Where else in this fund the reader may go. */
  readonly sections: readonly Section[]
  readonly waiting: WaitingFor
  /** Undefined where the person may not see it. */
  readonly stages: Record<string, MoneyText> | undefined
}
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
      {administrator && (
        <p>
          <a class="button" href="/people">
            {t.people.title}
          </a>
        </p>
      )}
      {!administrator && funds.length === 0 && <p>{t.home.noFunds}</p>}
      {funds.map((fund) => (
        <FundSection fund={fund} t={t} />
      ))}
    </>,
  )
}

function FundSection({ fund, t }: { fund: FundAtHome; t: Texts }) {
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
      {fund.waiting.items.length > 0 ? (
        <WaitingTable of={fund.waiting} t={t} />
      ) : (
        fund.waiting.mayWait && <p class="calm">{t.home.nothingWaits}</p>
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
