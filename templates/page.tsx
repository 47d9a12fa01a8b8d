import type { ComponentChildren } from 'preact'
import { render } from 'preact-render-to-string'
import { Code, LongCode, Name, Said } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

export type Section =
  | 'requests'
  | 'clock'
  | 'reports'
  | 'donors'
  | 'payees'
  | 'sanctions'
  | 'payment-files'
  | 'treasury'
  | 'rates'
  | 'statements'
  | 'ledger'
  | 'periods'
  | 'experts'
  | 'entities'
  | 'processes'
  | 'lessons'
  | 'findings'
  | 'rules'
  | 'planning'
  | 'delegations'
  | 'break-glass'
  | 'opinions'

/** What every page has around its content. */
export type Frame = {
  readonly t: Texts
  readonly title: string
  /** Where this page is, so that the language switch comes back to it. A form that was refused names its own page. */
  readonly here: string
  readonly person?: string | undefined
  readonly fund?: { readonly id: string; readonly name: string; readonly sections: readonly Section[] } | undefined
  readonly section?: Section | 'home' | 'notifications' | undefined
  /** Funds whose ledger has been tampered with, for those who look after it. */
  readonly alarms?: readonly { readonly fundId: string; readonly name: string }[] | undefined
  /** How much of what this person was told is unread. */
  readonly unread?: number | undefined
}

/** A whole page. Needs no script; everything it loads is served by ourselves. */
export function page(frame: Frame, content: ComponentChildren): string {
  const { t } = frame
  return `<!doctype html>${render(
    <html lang={t.language} dir={t.direction}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${frame.title} · ${t.product}`}</title>
        <link rel="stylesheet" href="/assets/console.css" />
        <link rel="icon" href="/assets/mark.svg" type="image/svg+xml" />
      </head>
      <body>
        <a class="skip" href="#content">
          {t.skip}
        </a>
        <Header {...frame} />
        {frame.alarms?.map(({ fundId, name }) => (
          <div class="alarm band-alarm" role="alert">
            <Said text={t.audit.alarm} fund={<Name>{name}</Name>} />{' '}
            <a href={`/funds/${fundId}/ledger/verification`}>{t.audit.alarmLink}</a>
          </div>
        ))}
        <main id="content">{content}</main>
        <footer>
          <p>
            {t.timesAreUtc} <a href="/api">{t.documentation}</a>
          </p>
        </footer>
      </body>
    </html>,
  )}`
}

function Header({ t, here, person, fund, section, unread = 0 }: Frame) {
  const other = t.language === 'ar' ? 'en' : 'ar'
  const switchTo = `${here}${here.includes('?') ? '&' : '?'}language=${other}`
  return (
    <header>
      <div class="band">
        <a class="brand" href="/">
          <img src="/assets/mark.svg" alt="" width="28" height="28" />
          {t.product}
        </a>
        {fund && (
          <p class="fund">
            <Name>{fund.name}</Name>
          </p>
        )}
        <div class="person">
          <a href={switchTo} lang={other} hrefLang={other}>
            {t.otherLanguage}
          </a>
          {person !== undefined && <a href="/console/password">{t.password.link}</a>}
          {person !== undefined && (
            <form method="post" action="/console/sign-out">
              <span class="who">
                <Said text={t.signedInAs} name={<Name>{person}</Name>} />
              </span>
              <button class="quiet">{t.signOut}</button>
            </form>
          )}
        </div>
      </div>
      {person !== undefined && (
        <nav aria-label={t.navigation}>
          <div class="group">
            <SectionLink to="/" name={t.sections.home} current={section === 'home'} />
            <SectionLink
              to="/notifications"
              name={unread > 0 ? `${t.notifications.link} (${unread})` : t.notifications.link}
              current={section === 'notifications'}
            />
          </div>
          {fund && <SectionGroups fund={fund} section={section} t={t} />}
        </nav>
      )}
    </header>
  )
}

/** Which parts of a fund stand together, under one heading each. */
const GROUPS: Readonly<Record<keyof Texts['sectionGroups'], readonly Section[]>> = {
  work: ['requests', 'clock', 'reports', 'opinions', 'processes', 'entities', 'lessons'],
  readiness: ['planning', 'experts'],
  money: ['donors', 'payees', 'sanctions', 'payment-files', 'statements', 'treasury', 'rates', 'ledger', 'periods'],
  rules: ['rules', 'delegations', 'break-glass', 'findings'],
}

/** The parts that the reader may look at, group by group; a group of nothing is not there. */
function SectionGroups({
  fund,
  section,
  t,
}: {
  fund: NonNullable<Frame['fund']>
  section: Frame['section']
  t: Texts
}) {
  const groups = Object.entries(GROUPS) as [keyof typeof GROUPS, readonly Section[]][]
  return (
    <>
      {groups
        .map(([group, all]) => ({ group, own: all.filter((one) => fund.sections.includes(one)) }))
        .filter(({ own }) => own.length > 0)
        .map(({ group, own }) => (
          <div class="group" role="group" aria-labelledby={`group-${group}`}>
            <span class="heading" id={`group-${group}`}>
              {t.sectionGroups[group]}
            </span>
            {own.map((one) => (
              <SectionLink to={`/funds/${fund.id}/${one}`} name={t.sections[one]} current={section === one} />
            ))}
          </div>
        ))}
    </>
  )
}

function SectionLink({ to, name, current }: { to: string; name: string; current: boolean }) {
  return (
    <a href={to} {...(current ? { 'aria-current': 'page' as const } : {})}>
      {name}
    </a>
  )
}

export type ProblemTold = {
  readonly title: string
  readonly says: string
  readonly code: string
  readonly number: string
}

/** A calm page for what cannot be shown or done. */
export function problemPage(frame: Omit<Frame, 'title'>, told: ProblemTold): string {
  const { t } = frame
  return page(
    { ...frame, title: told.title },
    <section class="narrow">
      <h1>{told.title}</h1>
      <p>{told.says}</p>
      <dl class="facts">
        <div>
          <dt>{t.problem.code}</dt>
          <dd>
            <Code>{told.code}</Code>
          </dd>
        </div>
        <div>
          <dt>{t.problem.number}</dt>
          <dd>
            <LongCode of={told.number} />
          </dd>
        </div>
      </dl>
      <p>
        <a href="/">{t.problem.home}</a>
      </p>
    </section>,
  )
}
