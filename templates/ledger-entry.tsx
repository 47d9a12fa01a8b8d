import type { MoneyText } from '../server/money.ts'
import { statementOf } from './ledger.tsx'
import { page, type Frame } from './page.tsx'
import { Code, LongCode, Columns, Day, Facts, Figure, Moment, Name, Said, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type EntryShown = {
  readonly fund: { readonly id: string; readonly currency: string }
  readonly id: string
  readonly kind: string
  readonly occurredOn: string
  readonly recordedAt: string
  readonly memo: string
  readonly reverses: string | null
  /** The request that caused it, where one did. */
  readonly requestId: string | null
  readonly source: string
  readonly postings: readonly { readonly address: string; readonly amount: MoneyText; readonly functional: MoneyText }[]
  readonly corrects: {
    readonly correction: string
    readonly entryId: string
    readonly kind: string
    readonly valueOn: string
  } | null
  readonly correctedBy: readonly { readonly correction: string; readonly status: string }[]
  /** Whether the reader may propose to correct it. */
  readonly mayCorrect: boolean
  readonly act: {
    readonly id: string
    readonly at: string
    readonly person: { readonly name: string } | null
    readonly requestId: string
    readonly method: string
    readonly path: string
    readonly address: string | null
  }
  readonly duties: readonly {
    readonly requestId: string
    readonly requestCode: string
    readonly duty: string
    readonly person: { readonly name: string }
  }[]
}

/** An entry with its postings, what caused it, and the act and the people behind it. */
export function entryPage(frame: Omit<Frame, 'title'>, entry: EntryShown): string {
  const { t } = frame
  const words = t.ledger
  const of = `/funds/${entry.fund.id}/ledger`
  const { act } = entry
  return page(
    { ...frame, title: words.entryTitle.replace('{id}', entry.id) },
    <>
      <h1>
        <Said text={words.entryTitle} id={<Code>{entry.id}</Code>} />
      </h1>
      <h2>{words.entryFacts}</h2>
      <Facts
        of={[
          [words.event, wordFor(t.events, entry.kind)],
          [words.day, <Day on={entry.occurredOn} t={t} />],
          [words.recordedAt, <Moment at={entry.recordedAt} t={t} />],
          [words.memo, entry.memo && <Name>{entry.memo}</Name>],
          [words.source, <Source entry={entry} />],
          [words.reverses, entry.reverses && <a href={`${of}/entries/${entry.reverses}`}>{entry.reverses}</a>],
          [t.corrections.corrects, entry.corrects && <Corrects of={of} corrects={entry.corrects} t={t} />],
          [t.corrections.correctedBy, entry.correctedBy.length > 0 && <CorrectedBy entry={entry} t={t} />],
        ]}
      />
      {entry.mayCorrect && (
        <p>
          <a class="button" href={`${of}/entries/${entry.id}/corrections`}>
            {t.corrections.propose}
          </a>
        </p>
      )}
      <h2>{words.postings}</h2>
      <Postings entry={entry} t={t} />
      <h2>{words.act}</h2>
      <Facts
        of={[
          [words.actPerson, act.person ? <Name>{act.person.name}</Name> : words.machine],
          [words.actAt, <Moment at={act.at} t={t} />],
          [words.actFrom, act.address && <Code>{act.address}</Code>],
          [words.actWhat, <LongCode of={`${act.method} ${act.path}`} />],
          [words.actRequest, <LongCode of={act.requestId} />],
        ]}
      />
      {entry.duties.length > 0 && <Duties entry={entry} t={t} />}
    </>,
  )
}

function Corrects({ of, corrects, t }: { of: string; corrects: NonNullable<EntryShown['corrects']>; t: Texts }) {
  return (
    <>
      <a href={`${of}/entries/${corrects.entryId}`}>{corrects.entryId}</a>, {t.corrections.happened}{' '}
      <Day on={corrects.valueOn} t={t} />, <a href={`/corrections/${corrects.correction}`}>{t.corrections.one}</a>
    </>
  )
}

function CorrectedBy({ entry, t }: { entry: EntryShown; t: Texts }) {
  return (
    <>
      {entry.correctedBy.map(({ correction, status }, i) => (
        <>
          {i > 0 && ', '}
          <a href={`/corrections/${correction}`}>{wordFor(t.corrections.statuses, status)}</a>
        </>
      ))}
    </>
  )
}

function Source({ entry: { requestId, source } }: { entry: EntryShown }) {
  if (requestId === null) return <LongCode of={source} />
  return (
    <a href={`/requests/${requestId}`}>
      <LongCode of={source} />
    </a>
  )
}

function Postings({ entry, t }: { entry: EntryShown; t: Texts }) {
  const words = t.ledger
  const functional = words.functional.replace('{currency}', entry.fund.currency)
  const figures = [words.amount, functional]
  return (
    <Table caption={<Said text={words.postingsCaption} id={<Code>{entry.id}</Code>} />}>
      <Columns names={[words.account, words.currency, ...figures]} figures={figures} />
      <tbody>
        {entry.postings.map(({ address, amount, functional: inFund }) => (
          <tr>
            <th scope="row">
              <a href={statementOf(entry.fund.id, address, amount.currency)}>
                <LongCode of={address} />
              </a>
            </th>
            <td>{amount.currency}</td>
            <td class="figure">
              <Figure of={amount.amount} />
            </td>
            <td class="figure">
              <Figure of={inFund.amount} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Duties({ entry, t }: { entry: EntryShown; t: Texts }) {
  return (
    <Table caption={t.ledger.people}>
      <Columns names={[t.request.who, t.ledger.duty, t.requests.title]} />
      <tbody>
        {entry.duties.map(({ person, duty, requestId, requestCode }) => (
          <tr>
            <th scope="row">
              <Name>{person.name}</Name>
            </th>
            <td>{wordFor(t.duties, duty)}</td>
            <td>
              <a href={`/requests/${requestId}`}>
                <Code>{requestCode}</Code>
              </a>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
