import type { Router } from 'express'
import { clockPage } from '../../templates/clock.tsx'
import { clockFigures, DIMENSIONS } from '../clock/figures.ts'
import { stepsWaiting } from '../clock/waiting.ts'
import { getPage, type Console } from './forms.ts'
import { frameOf, fundSeenBy } from './visit.ts'

const SHOWN = 100

/** What is late and with whom, what will be late next, and how long everything took. */
export function clockPages(router: Router, { db }: Console): void {
  getPage(router, '/funds/:fund/clock', async (visit, req) => {
    const { actor } = visit
    const fund = await fundSeenBy(db, actor, String(req.params.fund))
    const by = DIMENSIONS.find((one) => one === req.query.by)
    const asked = { fundId: fund.id, at: actor.act.at }
    return clockPage(frameOf(visit, { fund, section: 'clock' }), {
      fundId: fund.id,
      waiting: await stepsWaiting(db, actor, { ...asked, limit: SHOWN }),
      figures: await clockFigures(db, actor, { ...asked, by: by ? [by] : [] }),
      by: by ?? 'none',
    })
  })
}
