import { Router } from 'express'
import type { Db } from '../../db/connect.ts'
import type { SignIn } from '../http/sign-in.ts'

/** The pages of the console: the same acts as the API, for people in a browser. */
export function pages(_db: Db, _signIn: SignIn): Router {
  const router = Router()
  router.get('/assets/documentation.js', (_req, res) => void res.type('js').send(DOCUMENTATION_SCRIPT))
  return router
}

const DOCUMENTATION_SCRIPT = `SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#swagger-ui' })`
