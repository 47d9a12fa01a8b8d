import { Ways } from './audit-ways.tsx'
import { page, type Frame } from './page.tsx'
import { Code, Facts, Moment, Said } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type VerificationShown = {
  readonly state: 'unbroken' | 'broken' | 'not_yet_verified'
  readonly fault: {
    readonly kind: string
    readonly seal: number | null
    readonly entry: string | null
    readonly act: string | null
    readonly entries: readonly [string, string] | null
  } | null
  readonly unbrokenSince: string | null
  readonly lastFullPass: (Pass & { readonly endedAt: string }) | null
  readonly running: Pass & { readonly checkedAt: string | null }
  readonly sealedPosition: number
}
type Pass = { readonly position: number; readonly entries: string; readonly acts: string }

/** Whether the seals hold: the state first, in one line; then the first thing that is wrong, and how far the reading is. */
export function verificationPage(frame: Omit<Frame, 'title'>, fundId: string, shown: VerificationShown): string {
  const { t } = frame
  const words = t.audit
  const { lastFullPass: last, running } = shown
  return page(
    { ...frame, title: words.verification },
    <>
      <h1>{words.verification}</h1>
      <Ways fundId={fundId} current="/ledger/verification" t={t} />
      <State shown={shown} t={t} />
      {shown.fault && <Fault fault={shown.fault} fundId={fundId} t={t} />}
      {last && (
        <>
          <h2>{words.lastPass}</h2>
          <Facts
            of={[
              [words.passEnded, <Moment at={last.endedAt} t={t} />],
              [words.passPosition, `${last.position}`],
              [words.passEntries, last.entries],
              [words.passActs, last.acts],
            ]}
          />
        </>
      )}
      <h2>{words.running}</h2>
      <Facts
        of={[
          [words.passPosition, `${running.position}`],
          [words.lastSeal, `${shown.sealedPosition}`],
          [words.passEntries, running.entries],
          [words.passActs, running.acts],
          [words.lastStep, running.checkedAt && <Moment at={running.checkedAt} t={t} />],
        ]}
      />
    </>,
  )
}

function State({ shown: { state, unbrokenSince, lastFullPass }, t }: { shown: VerificationShown; t: Texts }) {
  const words = t.audit
  if (state === 'broken') return <p class="alarm">{words.broken}</p>
  if (state === 'not_yet_verified' || !unbrokenSince || !lastFullPass) return <p class="calm">{words.notYet}</p>
  return (
    <p class="calm">
      <Said
        text={words.unbroken}
        since={<Moment at={unbrokenSince} t={t} />}
        checked={<Moment at={lastFullPass.endedAt} t={t} />}
      />
    </p>
  )
}

function Fault({ fault, fundId, t }: { fault: NonNullable<VerificationShown['fault']>; fundId: string; t: Texts }) {
  const words = t.audit
  const link = (entry: string) => (
    <a href={`/funds/${fundId}/ledger/entries/${entry}`}>
      <Code>{entry}</Code>
    </a>
  )
  const { entries } = fault
  return (
    <>
      <h2>{words.firstFault}</h2>
      <Facts
        of={[
          [words.faultKind, wordFor(words.faults, fault.kind)],
          [words.faultEntry, fault.entry && link(fault.entry)],
          [words.faultAct, fault.act && <Code>{fault.act}</Code>],
          [
            words.faultEntries,
            entries && <Said text={words.faultRange} first={link(entries[0])} last={link(entries[1])} />,
          ],
          [words.faultSeal, fault.seal !== null && `${fault.seal}`],
        ]}
      />
      <p>{words.whatToDo}</p>
    </>
  )
}
