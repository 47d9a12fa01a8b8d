import type { Router } from 'express'
import { samplePage, type SampleShown } from '../../templates/audit-sample.tsx'
import { fundById } from '../funds/open.ts'
import { askedIn, showEntries } from './audit.ts'
import { getPage, postForm, type Console } from './forms.ts'
import { frameOf } from './visit.ts'

/** A sample that was drawn, and the form that draws one. */
export function samplePages(router: Router, served: Console): void {
  postForm(router, served, {
    path: '/funds/:fund/samples',
    form: () => 'sample',
    asks: (_visit, { params, fields }) => ({
      method: 'post',
      path: '/funds/:fund/samples',
      params,
      body: {
        method: fields.method ?? '',
        size: countTyped(fields.size),
        position: countTyped(fields.position || fields.last),
        query: fields.q ?? '',
        ...(fields.seed ? { seed: fields.seed } : {}),
      },
    }),
    done: (answer) => `/samples/${(answer.body as { id: string }).id}`,
    again: (visit, params, refused) => showEntries(served, visit, params.fund!, askedIn(refused), refused),
  })
  getPage(router, '/samples/:sample', async (visit, req) => {
    const asked = { params: { sample: String(req.params.sample) }, language: visit.language }
    const sample = await served.api.read<SampleShown>(visit.actor, '/samples/:sample', asked)
    const fund = await fundById(served.db, sample.fundId)
    return samplePage(frameOf(visit, { fund, section: 'ledger' }), sample)
  })
}

/** A whole number as it was typed; what is none is refused by the endpoint, as what it is. */
function countTyped(text: string | undefined): number | string {
  const latin = (text ?? '').replaceAll(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
  return /^\d{1,9}$/.test(latin) ? Number.parseInt(latin, 10) : latin
}
