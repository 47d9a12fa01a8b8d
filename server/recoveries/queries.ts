import { row, rows, type Db } from '../../db/connect.ts'
import { isZero, minorText, moneyText, type MoneyText } from '../money.ts'
import { MAY_SEE_REQUEST } from '../processes/may-see.ts'
import { standingOf } from './load.ts'

/** What must come back of a request, from whom, and what has. */
export type RecoveryTold = {
  /** Who owes it. */
  payee: string
  due: MoneyText
  received: MoneyText
  writtenOff: MoneyText
  outstanding: MoneyText
  /** Of what was given up, or had been accounted for: it came when nobody waited for it any more. */
  late: MoneyText
  /** Released before the request was unwound, and not yet on the bank's statement nor back. */
  onItsWay: MoneyText
  unspent: { id: string; category: string; identifiedOn: string; amount: MoneyText; reason: string; by: string }[]
  recoveries: {
    id: string
    receivedOn: string
    received: MoneyText
    settles: MoneyText
    reference: string
    recordedBy: string
    isLate: boolean
  }[]
  writeOffs: { id: string; writtenOffOn: string; amount: MoneyText; reason: string }[]
}

/** Null where nothing of the request ever had to come back, or has. What a correction has taken back is not among it. */
export async function recoveryTold(
  db: Db,
  request: { id: string; currency: string; status: string },
): Promise<RecoveryTold | null> {
  const { currency } = request
  const told = (units: string) => minorText(units, currency)
  const standing = await standingOf(db, request)
  const way = await row<{ payee: string | null; onItsWay: string }>(
    db,
    `select y.name as payee, coalesce((select sum(amount) from payments p where p.request_id = r.id and p.status = 'released'), 0)::text as "onItsWay"
       from requests r left join payees y on y.id = r.payee_id where r.id = :id`,
    { id: request.id },
  )
  const onItsWay = request.status === 'unwound' ? way!.onItsWay : '0'
  const recoveries = await recoveriesOf(db, request.id)
  if (isZero(standing.due) && onItsWay === '0' && recoveries.length === 0) return null
  const writeOffs = await rows<{ id: string; writtenOffOn: string; amount: string; reason: string }>(
    db,
    `select id, written_off_on as "writtenOffOn", amount, reason from recovery_write_offs where request_id = :id order by id`,
    { id: request.id },
  )
  return {
    payee: way!.payee ?? '',
    due: moneyText(standing.due),
    received: moneyText(standing.received),
    writtenOff: moneyText(standing.givenUp),
    outstanding: moneyText(standing.outstanding),
    late: moneyText(standing.late),
    onItsWay: told(onItsWay),
    unspent: (await unspentOf(db, request.id)).map((one) => ({ ...one, amount: told(one.amount) })),
    recoveries: recoveries.map(({ received, functional, currency: of, ...one }) => ({
      ...one,
      received: minorText(received, of),
      settles: told(functional),
    })),
    writeOffs: writeOffs.map((one) => ({ ...one, amount: told(one.amount) })),
  }
}

type RecoveryRow = Record<
  'id' | 'receivedOn' | 'received' | 'currency' | 'functional' | 'reference' | 'recordedBy',
  string
> & {
  isLate: boolean
}

function recoveriesOf(db: Db, requestId: string): Promise<RecoveryRow[]> {
  return rows<RecoveryRow>(
    db,
    `select v.id, v.received_on as "receivedOn", v.received, b.currency, v.functional, v.reference, n.name as "recordedBy", v.late as "isLate"
       from recoveries v join bank_accounts b on b.id = v.bank_account_id join people n on n.id = v.recorded_by
      where v.request_id = :requestId and v.takes_back is null and not exists (select from recoveries c where c.takes_back = v.id)
      order by v.id`,
    { requestId },
  )
}

function unspentOf(db: Db, requestId: string) {
  return rows<Record<'id' | 'category' | 'identifiedOn' | 'amount' | 'reason' | 'by', string>>(
    db,
    `select d.id, d.category, d.due_from as "identifiedOn", d.amount, d.reason, n.name as by
       from recoverables d join people n on n.id = d.identified_by
      where d.request_id = :requestId and d.takes_back is null and not exists (select from recoverables c where c.takes_back = d.id)
      order by d.id`,
    { requestId },
  )
}

export type RecoverableListed = {
  requestId: string
  code: string
  /** Null to who may not know of the process. */
  title: string | null
  payee: string
  due: MoneyText
  received: MoneyText
  writtenOff: MoneyText
  outstanding: MoneyText
}

/** What is to be recovered in a fund, request by request, the oldest first; one more than `limit`. `after` is the id of the last one read. */
export async function listRecoverables(
  db: Db,
  {
    fundId,
    currency,
    viewer,
    open,
    after = '',
    limit,
  }: { fundId: string; currency: string; viewer: string; open: boolean; after?: string; limit: number },
): Promise<RecoverableListed[]> {
  const found = await rows<
    Record<'requestId' | 'code' | 'payee' | 'due' | 'received' | 'givenUp' | 'outstanding', string> & {
      title: string | null
    }
  >(
    db,
    `select r.id as "requestId", r.code, case when ${MAY_SEE_REQUEST} then r.title end as title,
            case when ${MAY_SEE_REQUEST} then y.name else '' end as payee, s.due, s.received, s.given_up as "givenUp", s.outstanding
       from recovery_standings s join requests r on r.id = s.request_id join payees y on y.id = r.payee_id
      where s.fund_id = :fundId and (not :open or s.outstanding > 0) and r.id > :after
      order by r.id limit :most`,
    { fundId, viewer, open, after, most: limit + 1 },
  )
  const told = (units: string) => minorText(units, currency)
  return found.map(({ due, received, givenUp, outstanding, ...one }) => ({
    ...one,
    due: told(due),
    received: told(received),
    writtenOff: told(givenUp),
    outstanding: told(outstanding),
  }))
}
