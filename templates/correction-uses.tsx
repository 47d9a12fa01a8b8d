import type { Shown } from '../server/corrections/queries.ts'
import { Amount, Code, Columns, Day, Figure, Moment, Name, Said, Table } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

/** What was built on the wrong entry: requests, payments, refunds, and donor reports that told of it. */
export function Downstream({ shown, fund, t }: { shown: Shown; fund: { readonly currency: string }; t: Texts }) {
  const words = t.corrections
  const { requests, plans = [], payments, refunds, reports } = shown
  const stages = ['reserved', 'committed', 'disbursed', 'reported'] as const
  const nothing = [requests, plans, payments, refunds, reports].every((list) => list.length === 0)
  if (nothing) return <p class="calm">{words.nothingBuilt}</p>
  return (
    <>
      {requests.length > 0 && (
        <Table caption={<Said text={words.requests} currency={<bdi>{fund.currency}</bdi>} />}>
          <Columns
            names={[t.requests.code, words.contribution, ...stages.map((stage) => t.stages[stage])]}
            figures={stages.map((stage) => t.stages[stage])}
          />
          <tbody>
            {requests.map((one) => (
              <tr>
                <th scope="row">
                  <a href={`/requests/${one.id}`}>
                    <Code>{one.code}</Code>
                  </a>
                </th>
                <td>
                  <Code>{one.contribution}</Code>
                </td>
                {stages.map((stage) => (
                  <td class="figure">
                    <Figure of={one[stage].amount} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <ul>
        <PlansHolding plans={plans} t={t} />
        {payments.map((one) => (
          <li>
            <Said
              text={words.payment}
              code={<Code>{one.code}</Code>}
              request={<Code>{one.request}</Code>}
              amount={<Amount of={one.amount} />}
              contribution={<Code>{one.contribution}</Code>}
              status={wordFor(t.paymentStatuses, one.status)}
            />
          </li>
        ))}
        {refunds.map((one) => (
          <li>
            <Said
              text={one.paidOn === null ? words.refund : words.refundPaid}
              amount={<Amount of={one.amount} />}
              contribution={<Code>{one.contribution}</Code>}
              day={<Day on={one.paidOn ?? one.decidedOn} t={t} />}
            />
          </li>
        ))}
        {reports.map((one) => (
          <li>
            <Said
              text={words.report}
              donor={<Name>{one.donor.name}</Name>}
              day={<Day on={one.occurredOn} t={t} />}
              person={<Name>{one.person.name}</Name>}
              moment={<Moment at={one.issuedAt} t={t} />}
              format={<bdi>{one.format.toUpperCase()}</bdi>}
            />
          </li>
        ))}
      </ul>
    </>
  )
}

function PlansHolding({ plans, t }: Pick<Shown, 'plans'> & { t: Texts }) {
  return (
    <>
      {plans.map((one) => (
        <li>
          <Said
            text={t.corrections.plan}
            code={
              <a href={`/contingency-plans/${one.id}`}>
                <Code>{one.code}</Code>
              </a>
            }
            amount={<Amount of={one.amount} />}
            contribution={<Code>{one.contribution}</Code>}
          />
        </li>
      ))}
    </>
  )
}
