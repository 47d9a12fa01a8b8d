import type { Router } from 'express'
import { forecastPage } from '../../templates/forecast.tsx'
import { dayOf } from '../clock.ts'
import type { ForecastTold } from '../forecast/queries.ts'
import { getPage, type Console } from './forms.ts'
import { frameOf, fundSeenBy } from './visit.ts'

/** The forecast of the fund on a day, today unless another is asked for. */
export function forecastPages(router: Router, { db, api }: Console): void {
  getPage(router, '/funds/:fund/forecast', async (visit, req) => {
    const { actor, language } = visit
    const fund = await fundSeenBy(db, actor, String(req.params.fund))
    const today = dayOf(actor.act.at)
    const asked = typeof req.query.on === 'string' && req.query.on !== '' ? { on: req.query.on } : {}
    const forecast = await api.read<ForecastTold>(actor, '/funds/:fund/forecast', {
      params: { fund: fund.id },
      query: asked,
      language,
    })
    return forecastPage(frameOf(visit, { fund, section: 'planning' }), { fund, forecast, today })
  })
}
