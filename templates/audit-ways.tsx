import type { Texts } from './texts/texts.ts'

/** The ways to read a ledger, on every page of it. */
export function Ways({ fundId, current, t }: { fundId: string; current: string; t: Texts }) {
  const ways = [
    ['/ledger', t.audit.trialBalance],
    ['/ledger/entries', t.audit.find],
    ['/ledger/breakdown', t.audit.breakdown],
    ['/ledger/verification', t.audit.verification],
    ['/corrections', t.corrections.title],
  ] as const
  return (
    <nav class="ways" aria-label={t.audit.ways}>
      {ways.map(([path, name]) => (
        <a href={`/funds/${fundId}${path}`} {...(path === current ? { 'aria-current': 'page' as const } : {})}>
          {name}
        </a>
      ))}
    </nav>
  )
}
