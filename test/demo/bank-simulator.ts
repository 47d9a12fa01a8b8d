import { elementAt, elementsIn, readXml, textAt } from '../../server/xml.ts'
import { inDays } from '../../server/days.ts'
import type { BankEntry, BankStatement } from './bank-statement.ts'
import { closingOf } from './bank-statement.ts'
import type { Chance } from './chance.ts'

/**
 * A bank with one account: it takes payment files (pain.001), answers with status reports (pain.002), and books what it pays days later, with
 * charges, under wrong references, and back again. What it holds is what its statements say, and nothing else knows it.
 */
export type Bank = {
  /** Takes a payment file, each payment of it once for ever, and says what becomes of it (pain.002). */
  readonly take: (file: Buffer, today: string) => string
  /** Somebody pays into the account. */
  readonly deposit: (entry: Omit<BankEntry, 'bookedOn' | 'servicerReference'>, on: string) => void
  /** Books the day and gives its statement. */
  readonly endOfDay: (today: string) => BankStatement
  readonly holds: () => bigint
  /** Nothing is on its way any more. */
  readonly isIdle: () => boolean
  readonly told: Readonly<
    Record<'paid' | 'rejected' | 'returned' | 'takenBack' | 'wrongReference' | 'charges' | 'asked twice', number>
  >
}

type Due = Omit<BankEntry, 'bookedOn' | 'servicerReference'> & { on: string }

export function openBank(chance: Chance, { account, currency }: { account: string; currency: string }): Bank {
  const told = { paid: 0, rejected: 0, returned: 0, takenBack: 0, wrongReference: 0, charges: 0, 'asked twice': 0 }
  const taken = new Set<string>()
  let due: Due[] = []
  let holds = 0n
  let [statements, references, reports] = [0, 0, 0]
  const days = (most: number) => Math.trunc(chance.next() * (most + 1))

  function pay(payment: Instructed, today: string): void {
    const on = inDays(today, days(3))
    const charge = chance.happens(0.2) ? BigInt(100 + days(900)) : 0n
    const wrong = chance.happens(0.03)
    told.paid += 1
    if (wrong) told.wrongReference += 1
    const apart = charge > 0n && chance.happens(0.3)
    due.push({
      ...{ on, amount: -payment.amount - (apart ? 0n : charge), counterparty: payment.name },
      ...(apart ? {} : { charge }),
      // A clerk has typed it anew, or left it out.
      ...(wrong ? { remittance: 'Transfer abroad' } : { endToEndId: payment.endToEndId }),
    })
    if (apart) fee(on, charge)
    if (wrong || !chance.happens(0.05)) return
    told.returned += 1
    const back = inDays(on, 1 + days(3))
    const kept = chance.happens(0.5) ? BigInt(50 + days(200)) : 0n
    const returned = {
      endToEndId: payment.endToEndId,
      counterparty: payment.name,
      returnReason: chance.oneOf(['AC04', 'AC01', 'MD07']),
    }
    due.push({ ...returned, on: back, amount: payment.amount - kept, charge: kept })
    if (!chance.happens(0.2)) return
    // It was a mistake, which the bank puts right the same day: the payment stays paid.
    told.takenBack += 1
    due.push({ endToEndId: payment.endToEndId, on: back, amount: kept - payment.amount, reversal: true })
  }

  function fee(on: string, charge: bigint): void {
    told.charges += 1
    due.push({ on, amount: -charge, code: 'ACMT/MDOP/CHRG', remittance: 'Charge for a transfer' })
  }

  return {
    take(file, today) {
      const { messageId, payments } = instructedIn(file)
      const answers = payments.map((payment) => {
        const again = taken.has(payment.endToEndId)
        taken.add(payment.endToEndId)
        if (again) told['asked twice'] += 1
        const rejected = again || chance.happens(0.02)
        if (!rejected) pay(payment, today)
        else if (!again) told.rejected += 1
        return { ...payment, rejected }
      })
      return report(`R${(reports += 1)}`, messageId, answers, today)
    },
    deposit: (entry, on) => void due.push({ ...entry, on }),
    endOfDay(today) {
      const now = due.filter(({ on }) => on <= today)
      due = due.filter(({ on }) => on > today)
      const entries = now.map(({ on: _on, ...entry }) => {
        const own = chance.happens(0.8) ? { servicerReference: `B${(references += 1)}` } : {}
        return { ...entry, ...own, bookedOn: today, valueOn: today }
      })
      const statement = {
        id: `S-${(statements += 1)}`,
        account,
        currency,
        from: today,
        to: today,
        opening: holds,
        entries,
      }
      holds = closingOf(statement)
      return statement
    },
    holds: () => holds,
    isIdle: () => due.length === 0,
    told,
  }
}

type Instructed = { endToEndId: string; name: string; amount: bigint }

function instructedIn(file: Buffer): { messageId: string; payments: Instructed[] } {
  const initiation = elementAt(readXml(file), 'CstmrCdtTrfInitn')!
  const payments = elementsIn(initiation, 'PmtInf').flatMap((block) => elementsIn(block, 'CdtTrfTxInf'))
  return {
    messageId: textAt(initiation, 'GrpHdr', 'MsgId')!,
    payments: payments.map((one) => ({
      endToEndId: textAt(one, 'PmtId', 'EndToEndId')!,
      name: textAt(one, 'Cdtr', 'Nm')!,
      amount: BigInt(textAt(one, 'Amt', 'InstdAmt')!.replace('.', '')),
    })),
  }
}

function report(id: string, original: string, answers: (Instructed & { rejected: boolean })[], today: string): string {
  const lines = answers.map(({ endToEndId, rejected }) =>
    rejected
      ? `<TxInfAndSts><OrgnlEndToEndId>${endToEndId}</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC01</Cd></Rsn></StsRsnInf></TxInfAndSts>`
      : `<TxInfAndSts><OrgnlEndToEndId>${endToEndId}</OrgnlEndToEndId><TxSts>ACSP</TxSts></TxInfAndSts>`,
  )
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>` +
    `<GrpHdr><MsgId>${id}</MsgId><CreDtTm>${today}T12:00:00Z</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>${original}</OrgnlMsgId>` +
    `<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>${original}</OrgnlPmtInfId>` +
    `${lines.join('')}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>\n`
  )
}
