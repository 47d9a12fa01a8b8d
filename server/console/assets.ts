import { fileURLToPath } from 'node:url'
import express, { Router } from 'express'

const WEEK_MS = 7 * 24 * 60 * 60 * 1000

/** What the pages load: style and fonts, served by ourselves, so that the console works offline and asks nobody else. */
export function assets(): Router {
  const router = Router()
  router.get('/documentation.js', (_req, res) => void res.type('js').send(DOCUMENTATION_SCRIPT))
  router.use('/fonts', express.static(folder('../../reports/fonts'), { index: false, maxAge: WEEK_MS }))
  // Asked for anew each time and answered by its ETag, so that a new release is seen at once.
  router.use(express.static(folder('../../templates/assets'), { index: false }))
  return router
}

function folder(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}

const DOCUMENTATION_SCRIPT = `SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#swagger-ui' })`
