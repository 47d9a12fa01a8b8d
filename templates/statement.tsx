import type { EntryTold, StatementListed, UseTold } from '../server/statements/queries.ts'
import { page, type Frame } from './page.tsx'
import { Amount, Code, Columns, Day, Figure, Moment, Name, Said, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

/** One statement: what it says of itself, its entries, and what became of each. */
export function statementPage(
  frame: Omit<Frame, 'title'>,
  {
    statement,
    fundId,
  }: { readonly statement: StatementListed & { readonly entryList: readonly EntryTold[] }; readonly fundId: string },
): string {
  const { t } = frame
  const words = t.statements
  const { account, bankId, opening, closing, gap, entryList } = statement
  return page(
    { ...frame, title: `${words.statement} ${bankId}` },
    <>
      <h1>
        {words.statement} <Code>{bankId}</Code>
      </h1>
      <p>
        <Name>{account.name}</Name>, <Days of={statement} t={t} />
      </p>
      <p>
        {words.opening} <Amount of={opening} />, {words.closing} <Amount of={closing} />
      </p>
      {gap && (
        <p class="alarm" role="alert">
          <Said text={words.gap} amount={<Amount of={gap} />} />
        </p>
      )}
      <p class="hint">
        <Said
          text={words.uploadedBy}
          format={<Code>{statement.fileName || statement.format}</Code>}
          name={<Name>{statement.uploadedBy.name}</Name>}
          at={<Moment at={statement.uploadedAt} t={t} />}
        />
      </p>
      <Table caption={<Said text={words.entryList} currency={<bdi>{opening.currency}</bdi>} />}>
        <Columns names={[words.booked, words.value, words.what, words.amount, words.became]} figures={[words.amount]} />
        <tbody>
          {entryList.map((entry) => (
            <tr>
              <td>
                <Day on={entry.bookedOn} t={t} />
              </td>
              <td>
                <Day on={entry.valueOn} t={t} />
              </td>
              <td>
                <EntryWords entry={entry} t={t} />
              </td>
              <td class="figure">
                <Figure of={entry.amount.amount} />
              </td>
              <td>
                <Became entry={entry} fundId={fundId} t={t} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>,
  )
}

/** What the bank says of an entry besides its amount. */
export function EntryWords({ entry, t }: { entry: EntryTold; t: Texts }) {
  const words = t.statements
  const { counterparty, remittance, endToEndId, code, charge, returnReason, reversal, repeated } = entry
  const notes = [reversal ? words.reversal : '', repeated ? words.repeated : ''].filter(Boolean)
  return (
    <>
      <Code>{entry.reference}</Code> {counterparty && <Name>{counterparty}</Name>}
      {remittance && (
        <div>
          <Name>{remittance}</Name>
        </div>
      )}
      <div class="hint">
        {[endToEndId, returnReason, code].filter(Boolean).map((one, i) => (
          <>
            {i > 0 && ' · '}
            <Code>{one}</Code>
          </>
        ))}
        {notes.map((note) => ` · ${note}`)}
        {/[1-9]/.test(charge.amount) && (
          <>
            {' · '}
            <Said text={words.withCharge} amount={<Amount of={charge} />} />
          </>
        )}
      </div>
    </>
  )
}

function Became({ entry, fundId, t }: { entry: EntryTold; fundId: string; t: Texts }) {
  const words = t.statements
  if (entry.uses.length > 0)
    return (
      <>
        {entry.uses.map((use) => (
          <Use use={use} alone={entry.uses.length === 1} fundId={fundId} t={t} />
        ))}
      </>
    )
  return (
    <>
      <a href={`/funds/${fundId}/statements/work-list#${entry.id}`}>{words.waits}</a>
      {entry.refused && (
        <div class="hint">
          <Said text={words.refusedFor} code={<Code>{entry.refused}</Code>} />
        </div>
      )}
    </>
  )
}

function Use({ use, alone, fundId, t }: { use: UseTold; alone: boolean; fundId: string; t: Texts }) {
  const words = t.statements
  const number = use.ledgerEntryId
  return (
    <div>
      {wordFor(words.kinds, use.kind)} {!alone && <Amount of={use.amount} />}
      <div class="hint">
        {number ? (
          <a href={`/funds/${fundId}/ledger/entries/${number}`}>
            <Said text={words.entry} number={<bdi>{number}</bdi>} />
          </a>
        ) : use.proposalId ? (
          words.proposed
        ) : (
          ''
        )}{' '}
        {use.memo && <Name>{use.memo}</Name>}{' '}
        {use.certain ? words.certain : <Said text={words.byPerson} name={<Name>{use.by.name}</Name>} />}
      </div>
    </div>
  )
}

/** The days of a statement. */
export function Days({ of, t }: { of: { readonly from: string; readonly to: string }; t: Texts }) {
  return (
    <>
      <Day on={of.from} t={t} />
      {of.from !== of.to && (
        <>
          {' – '}
          <Day on={of.to} t={t} />
        </>
      )}
    </>
  )
}
