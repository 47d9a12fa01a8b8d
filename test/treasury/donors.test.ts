import type { DonorReport } from '../../server/donor-reports/figures.ts'
import { moneyIn } from '../contributions/books.ts'
import { complaints } from '../donor-reports/recomputed.ts'
import { ownService } from '../support/service.ts'
import { treasuryOf } from './money.ts'

const service = ownService()

test('a donor is told of interest on its money and of what the reserve took, and sees nothing else of the treasury', async () => {
  const treasury = treasuryOf(service, await service.fund())
  const { fund, as, pledge, agreement, received, donor, interest, authorised } = treasury
  const donorId = await donor('Norway')
  const made = await pledge({ donorId })
  await as('fundManager').post(`/contributions/${made.id}/agreements`, { ...agreement(), interest: 'contribution' })
  await received(made, '1000.00 USD')
  await as('treasurer').post(`/funds/${fund.id}/interest`, interest(fund.bank, '7.00 USD')).expect(201)
  await authorised(`/funds/${fund.id}/reserve/transfers`, {
    ...{ contributionId: made.id, direction: 'replenish', amount: moneyIn('3.00 USD'), occurredOn: '2024-04-01' },
    ...{ consent: 'Letter', reason: 'Charges' },
  })
  const norway = await service.person('Nora', fund.id, [{ role: 'donor', donorId }])
  const { body } = await norway.get(`/funds/${fund.id}/donors/${donorId}/report`).expect(200)
  const report = body as DonorReport
  expect(complaints(report)).toEqual([])
  const told = report.contributions[0]!.lines.map(({ on, kind, amount }) => `${on} ${kind} ${amount.amount}`)
  expect(told.slice(-2)).toEqual(['2024-03-31 interest 7.00', '2024-04-01 reserve_transfer -3.00'])
  expect(report.totals).toMatchObject({ received: moneyIn('1000.00 USD'), authority: moneyIn('1004.00 USD') })
  for (const path of ['proposals', 'reserve', 'interest', 'conversions', 'exchange-differences'])
    expect((await norway.get(`/funds/${fund.id}/${path}`)).body.code).toBe('role_not_allowed')
})

test('what the fund doubts of an agreement is told to its readers, and not to the donor', async () => {
  const treasury = treasuryOf(service, await service.fund())
  const { fund, agreed, donor, authorised, figures } = treasury
  const donorId = await donor('Norway')
  const made = await agreed({ donorId })
  const impairment = { amount: moneyIn('400.00 USD'), occurredOn: '2024-04-01', reason: 'The budget did not pass' }
  await authorised(`/contributions/${made.id}/impairments`, impairment)
  const norway = await service.person('Nora', fund.id, [{ role: 'donor', donorId }])
  const { body } = await norway.get(`/contributions/${made.id}`).expect(200)
  expect([body.figures.original.outstanding.amount, body.figures.original.impaired]).toEqual(['1000.00', undefined])
  expect(JSON.stringify(body)).not.toContain('400.00')
  expect((await figures(made)).figures.original.impaired.amount).toBe('400.00')
})
