import type { PaymentShown } from '../server/console/queries.ts'
import type { readRequest } from '../server/requests/queries.ts'
import { lastFour, Moment, Name, Said } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

/** Where a payment goes, and what its certifier says of others that look the same: what those who release it look at. */
export function PaysTo({ payment, t }: { payment: PaymentShown; t: Texts }) {
  const { account, alike, notDuplicateReason } = payment
  const ending = t.bankDetails.lastFour.replace('{four}', lastFour(account.number))
  return (
    <>
      <p>
        <Said
          text={t.bankDetails.paysTo}
          holder={<Name>{account.holder ?? '—'}</Name>}
          account={account.structured ? <bdi>{ending}</bdi> : <Name>{account.number}</Name>}
        />
      </p>
      {notDuplicateReason && (
        <p class="note">
          <Said text={t.alike.said} n={String(alike)} reason={<Name>{notDuplicateReason}</Name>} />
        </p>
      )}
    </>
  )
}

type Changed = NonNullable<Awaited<ReturnType<typeof readRequest>>['body']['bankDetailsChanged']>

/** That the bank details are others than those that the certifying officer approved. */
export function DetailsChanged({
  of,
  payee,
  payeeId,
  t,
}: {
  of: Changed
  payee: string | null
  payeeId: string | null
  t: Texts
}) {
  return (
    <div class="note" role="note">
      <p>
        <Said
          text={t.bankDetails.reopened}
          payee={<Name>{payee}</Name>}
          n={String(of.version)}
          name={<Name>{of.verifiedBy}</Name>}
          at={<Moment at={of.verifiedAt} t={t} />}
        />
      </p>
      <p>
        <a href={`/payees/${payeeId}`}>{t.bankDetails.seeDetails}</a>
      </p>
    </div>
  )
}
