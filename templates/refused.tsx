import { REFUSALS, type RefusalCode } from '../server/errors.ts'
import type { MoneyText } from '../server/money.ts'
import type { Alike } from '../server/payments/policy.ts'
import type { FormProblem } from './forms.tsx'
import { Amount, Day, Moment, Month, Said } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

type Told = { readonly code: RefusalCode; readonly details: Readonly<Record<string, unknown>> }

/** A refusal as somebody who filled in a form reads it, with the fields that it is about. */
export function formProblem({ code, details }: Told, t: Texts): FormProblem {
  const fields: Record<string, string> = {}
  for (const { field, code: rule } of (details.errors ?? []) as { field: string; code: string }[]) {
    // The key is no field that anybody could fill in; the message says enough.
    if (field === 'Idempotency-Key') continue
    fields[fieldOf(field)] ??= wordFor(t.fieldErrors, rule in t.fieldErrors ? rule : 'other')
  }
  if (typeof details.field === 'string') fields[fieldOf(details.field)] ??= REFUSALS[code][t.language]
  const alike = code === 'looks_like_duplicate' ? { alike: details.payments as readonly Alike[] } : {}
  return { message: <RefusalInWords code={code} details={details} t={t} />, fields, ...alike }
}

/** The refusal itself, in the words for a person in a browser. */
export function refusalText(code: RefusalCode, t: Texts): string {
  return wordFor(
    { ...t.refusals, [code]: t.refusals[code as keyof Texts['refusals']] ?? REFUSALS[code][t.language] },
    code,
  )
}

function RefusalInWords({ code, details, t }: Told & { t: Texts }) {
  const { available, free, missing } = details as { available?: MoneyText; free?: MoneyText; missing?: string[] }
  const ofCorrection = correctionRefused({ code, details, t })
  if (ofCorrection) return <bdi>{ofCorrection}</bdi>
  if (code === 'insufficient_funds') {
    if (!available) return <>{t.refusals.insufficient}</>
    return <Said text={t.refusals.insufficient_funds} available={<Amount of={available} />} />
  }
  if (code === 'exceeds_committed' && free) {
    return <Said text={t.refusals.exceeds_committed} free={<Amount of={free} />} />
  }
  if (code === 'incomplete_request') {
    return <Said text={t.refusals.incomplete_request} missing={missingNames(missing ?? [], t)} />
  }
  const { until } = details as { until?: string }
  if (code === 'cooling_time' && until)
    return <Said text={t.refusals.cooling_time} until={<Moment at={until} t={t} />} />
  const ofFile = fileRefused({ code, details, t })
  if (ofFile) return <>{ofFile}</>
  const { firstOpenDay, month } = details as { firstOpenDay?: string; month?: string }
  if (code === 'period_closed' && firstOpenDay)
    return <Said text={t.refusals.closedUntil} day={<Day on={firstOpenDay} t={t} />} />
  if (code === 'month_still_open' && month)
    return <Said text={t.refusals.stillOpen} month={<Month of={month} t={t} />} />
  const { payments } = details as { payments?: readonly { code: string; refused: RefusalCode }[] }
  if (code === 'payments_may_not_leave' && payments)
    return (
      <Said
        text={t.paymentFiles.mayNotLeave}
        payments={payments.map((one) => `${one.code} (${refusalText(one.refused, t)})`).join(' ')}
      />
    )
  return <>{refusalText(code, t)}</>
}

/** What is wrong with a file of the bank, with the figures or the place; undefined for every other refusal. */
function fileRefused({ code, details, t }: Told & { t: Texts }): string | undefined {
  const {
    differences = [],
    line,
    reason,
  } = details as {
    differences?: readonly { figure: string; says: string; adds: string }[]
    line?: number
    reason?: string
  }
  if (code === 'statement_does_not_foot') {
    const figures = differences.map(({ figure, says, adds }) =>
      t.refusals.figureDiffers.replace('{figure}', figure).replace('{says}', says).replace('{adds}', adds),
    )
    return [t.refusals.statement_does_not_foot, ...figures].join(' ')
  }
  const ofFile = code === 'statement_unreadable' || code === 'unreadable_xml' || code === 'unreadable_file'
  if (!ofFile || line === undefined) return undefined
  return `${refusalText(code, t)} ${t.refusals.atLine.replace('{line}', String(line)).replace('{reason}', reason ?? '')}`
}

type OfCorrection = { instead?: string; entries?: readonly string[]; requests?: readonly { code: string }[] }

/** Why something is not corrected so, with what stands in the way or what to do instead; undefined for every other refusal. */
function correctionRefused({ code, details, t }: Told & { t: Texts }): string | undefined {
  const { instead, entries, requests } = details as OfCorrection
  const listed = (all: readonly string[]) => [...new Set(all)].join(t.language === 'ar' ? '، ' : ', ')
  if (code === 'correct_otherwise' && instead) return wordFor(t.corrections.instead, instead)
  if (code === 'built_upon' && entries) return t.corrections.builtUpon.replace('{entries}', listed(entries))
  if (code === 'insufficient_funds' && requests && requests.length > 0)
    return t.corrections.heldBy.replace('{requests}', listed(requests.map((one) => one.code)))
  return undefined
}

/** What is still to be filled in, by the labels of the form. */
export function missingNames(missing: readonly string[], t: Texts): string {
  const labels: Record<string, string> = {
    processId: t.draft.process,
    payeeId: t.draft.payee,
    purpose: t.draft.purpose,
    mandateBasis: t.draft.mandateBasis,
    support: t.draft.support,
    startsOn: t.draft.startsOn,
    endsOn: t.draft.endsOn,
    lines: t.draft.lines,
    laneReason: t.laneReason,
  }
  return missing.map((field) => wordFor(labels, field)).join(t.language === 'ar' ? '، ' : ', ')
}

/** The API's money has an amount and a currency; a form has one field for it. */
function fieldOf(path: string): string {
  // The terms of a rule are a form of their own.
  const term = /^terms\.(.+?)(?:\.amount|\.currency)?$/.exec(path)
  if (term) return term[1]!
  // Its currency has a field of its own where it can be chosen; what an earmark binds to has one each.
  const own = /^(?:amount|sent)\.(currency)$|^earmark\.(\w+)/.exec(path)
  if (own) return own[1] ?? own[2]!
  // Of a payee the fields are named as in the API.
  if (/^(account|contact|registration)\./.test(path)) return path
  // A row of a list has a field for each of its parts.
  const part = /^(\w+\.\d+\.\w+)(?:\.amount|\.currency)?$/.exec(path)
  if (part) return part[1]!
  // What a correction puts right are fields of its form.
  return path.replace(/^right\.(\w+).*$/, '$1').replace(/^((?!lines\.)[^.]+)\..*$/, '$1')
}
