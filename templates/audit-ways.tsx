import type { Texts } from './texts/texts.ts'

/** The ways to read a ledger, on every page of it. */
export function Ways({ fundId, current, t }: { fundId: string; current: string; t: Texts }) {
  const ways = [
    ['', t.audit.trialBalance],
    ['/entries', t.audit.find],
    ['/breakdown', t.audit.breakdown],
    ['/verification', t.audit.verification],
  ] as const
  return (
    <nav class="ways" aria-label={t.audit.ways}>
      {ways.map(([path, name]) => (
        <a href={`/funds/${fundId}/ledger${path}`} {...(path === current ? { 'aria-current': 'page' as const } : {})}>
          {name}
        </a>
      ))}
    </nav>
  )
}
