import type { Router } from 'express'
import { correctionFormPage, type ValueField } from '../../templates/correction-form.tsx'
import type { Choice } from '../../templates/forms.tsx'
import { rows, type Db } from '../../db/connect.ts'
import { saidOf } from '../corrections/perform.ts'
import { checkCorrectable, CORRECTABLE, type RightValues } from '../corrections/policy.ts'
import { wrongEntry, type Wrong } from '../corrections/wrong.ts'
import type { Fund } from '../funds/open.ts'
import type { MoneyText } from '../money.ts'
import { requireRole } from '../people/actor.ts'
import { amountTyped, getPage, newFormKey, postForm, type Console, type Fields, type Refused } from './forms.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

/** The form that proposes a correction of an entry: filled in with what the entry says, so that only what is wrong is changed. */
export function correctionForm(router: Router, served: Console): void {
  const path = '/funds/:fund/ledger/entries/:entry/corrections'
  getPage(router, path, (visit, req) => show(served, visit, req.params as Record<string, string>))
  postForm(router, served, {
    path,
    form: () => 'f',
    asks: async (visit, { params, fields }) => {
      const { fund, wrong, said } = await entryOf(served.db, visit, params)
      const { correctionReason, datedOn, way } = fields
      const right = way === 'right' ? await typedRight(served.db, fund, said, fields) : undefined
      return {
        method: 'post',
        path: '/funds/:fund/corrections',
        params: { fund: fund.id },
        body: {
          entryId: wrong.id,
          ...optional({ reason: correctionReason, datedOn }),
          ...(right ? { right } : {}),
        },
      }
    },
    done: (answer) => `/corrections/${(answer.body as { id: string }).id}?done=proposed`,
    again: (visit, params, refused) => show(served, visit, params, refused),
  })
}

async function show(
  { db }: Console,
  visit: SignedIn,
  params: Record<string, string>,
  refused?: Refused,
): Promise<string> {
  const { fund, wrong, said } = await entryOf(db, visit, params)
  const { entry } = params
  const fields = wrong.takesBack ? [] : await fieldsOf(db, visit, fund, said)
  const at = `/funds/${fund.id}/ledger/entries/${entry}/corrections`
  return correctionFormPage(frameOf(visit, { fund, section: 'ledger', here: at }), {
    fund,
    entryId: wrong.id,
    kind: wrong.kind,
    fields: fields.map((field) => ({ ...field, value: refused?.fields[field.name] ?? field.value })),
    mayTakeBack: CORRECTABLE[wrong.kind]!.alone === true,
    reason: refused?.fields.correctionReason ?? '',
    datedOn: refused?.fields.datedOn ?? '',
    problem: refused && {
      ...refused.problem,
      fields: Object.fromEntries(
        Object.entries(refused.problem.fields).map(([name, complaint]) => [FIELD_OF[name] ?? name, complaint]),
      ),
    },
    formKey: newFormKey(),
  })
}

/** The API's `reason` is why it is corrected; that of a write-off or a refund stands beside the other values. */
const FIELD_OF: Record<string, string> = { reason: 'correctionReason' }

/** The entry, for whoever may propose. Refuses what a proposal of it would be refused with whatever it said. */
async function entryOf(
  db: Db,
  { actor }: SignedIn,
  { fund: fundId, entry }: Record<string, string>,
): Promise<{ fund: Fund; wrong: Wrong; said: RightValues }> {
  const fund = await fundSeenBy(db, actor, fundId!)
  requireRole(actor, fund.id, ['controller'])
  const wrong = await wrongEntry(db, fund, entry!)
  checkCorrectable(wrong.kind, wrong.takesBack ? null : {}, wrong)
  const said = wrong.takesBack ? {} : await db.transaction((trx) => saidOf(trx, wrong))
  return { fund, wrong, said }
}

const DAYS = ['receivedOn', 'appliedOn', 'signedOn', 'writtenOffOn', 'decidedOn', 'valueDate']
const NOBODY = 'none'

/** Each value as one field; support cost is two. */
async function fieldsOf(db: Db, { t }: SignedIn, fund: Fund, said: RightValues): Promise<ValueField[]> {
  const choices: Record<string, Choice[]> = {
    bankAccountId: await bankAccounts(db, fund.id),
    contributionId: [
      { value: NOBODY, label: t.corrections.nobody },
      ...(said.contributionId === undefined ? [] : await contributions(db, fund.id)),
    ],
    category: Object.entries(t.categories).map(([value, label]) => ({ value, label })),
    conditional: [
      { value: 'no', label: t.corrections.unconditional },
      { value: 'yes', label: t.corrections.conditional },
    ],
    base: Object.entries(t.corrections.bases).map(([value, label]) => ({ value, label })),
  }
  return Object.entries(flat(said)).map(([name, value]) => {
    const shown = shownAs(name, value)
    if (isMoney(value)) return { name, type: 'amount', value: shown, currency: value.currency }
    const options = choices[name]
    if (options) return { name, type: 'choice', value: shown, choices: options }
    return { name, type: DAYS.includes(name) ? 'day' : 'text', value: shown }
  })
}

/** Support cost as two values, and yes or no as words. */
function flat({ supportCost, conditional, ...said }: RightValues): RightValues {
  const { rateBps, base } = (supportCost ?? {}) as { rateBps?: number; base?: string }
  return {
    ...(conditional === undefined ? {} : { conditional: conditional ? 'yes' : 'no' }),
    ...said,
    ...(supportCost ? { rateBps, base } : {}),
  }
}

/** What was typed that differs from what the entry says, in the form of the API. */
async function typedRight(db: Db, fund: Fund, said: RightValues, fields: Fields): Promise<RightValues> {
  const now = flat(said)
  const changed = Object.entries(now).filter(([name, value]) => (fields[name] ?? '') !== shownAs(name, value))
  const { rateBps, base, conditional, ...right } = Object.fromEntries(
    changed.map(([name, value]) => [name, inApi(name, value, fields[name] ?? '')]),
  )
  const banks = right.bankAccountId === undefined ? [] : await bankAccounts(db, fund.id)
  const bank = banks.find(({ value }) => value === right.bankAccountId)
  const supportCost = {
    rateBps: Number.parseInt(String(rateBps ?? now.rateBps), 10),
    base: base ?? now.base,
  }
  return {
    ...right,
    ...(bank ? inCurrency(bank.currency, said, fields) : {}),
    ...(conditional === undefined ? {} : { conditional: conditional === 'yes' }),
    ...(rateBps === undefined && base === undefined ? {} : { supportCost }),
  }
}

/** A value as the form shows it. */
function shownAs(name: string, value: unknown): string {
  if (isMoney(value)) return value.amount
  if (value === null) return name === 'contributionId' ? NOBODY : ''
  return String(value)
}

/** A value as the API takes it. */
function inApi(name: string, before: unknown, typed: string): unknown {
  if (isMoney(before)) return { amount: amountTyped(typed), currency: before.currency }
  return name === 'contributionId' && typed === NOBODY ? null : typed
}

function isMoney(value: unknown): value is MoneyText {
  return typeof value === 'object' && value !== null && 'currency' in value
}

/** Another bank account may be in another currency, and what it booked is in that. */
function inCurrency(currency: string, said: RightValues, fields: Fields): RightValues {
  const names = ['bankValue', 'bankCharge'].filter((name) => (said[name] as { currency: string }).currency !== currency)
  return Object.fromEntries(names.map((name) => [name, { amount: amountTyped(fields[name]), currency }]))
}

async function bankAccounts(db: Db, fundId: string): Promise<(Choice & { currency: string })[]> {
  const found = await rows<{ id: string; name: string; currency: string }>(
    db,
    `select id, name, currency from bank_accounts where fund_id = :fundId order by name, id`,
    { fundId },
  )
  return found.map(({ id, name, currency }) => ({ value: id, label: `${name} (${currency})`, currency }))
}

async function contributions(db: Db, fundId: string): Promise<Choice[]> {
  const found = await rows<{ id: string; code: string; donor: string }>(
    db,
    `select c.id, c.code, d.name as donor from contributions c join donors d on d.id = c.donor_id join agreements g on g.contribution_id = c.id
      where c.fund_id = :fundId order by c.code`,
    { fundId },
  )
  return found.map(({ id, code, donor }) => ({ value: id, label: `${code} · ${donor}` }))
}
