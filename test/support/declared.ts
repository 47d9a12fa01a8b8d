import type { Express } from 'express'
import request, { type Test } from 'supertest'

type Answered = { method: string; path: string; status: number; code: string | undefined }
type Operation = { responses: Record<string, { content?: Record<string, { examples?: Record<string, unknown> }> }> }

/**
 * Watches the answers that tests get, so that the OpenAPI document is held to what the service really does: `undeclared` tells
 * each status and refusal that was met and that the document does not have at its address.
 */
export function watchAnswers() {
  const seen = new Map<string, Answered>()
  return {
    watch(test: Test, method: string, path: string): Test {
      return test.on('response', ({ status, body }: { status: number; body?: { code?: string } }) => {
        const answered = { method, path: path.split('?')[0]!, status, code: status >= 400 ? body?.code : undefined }
        seen.set(`${method} ${status} ${answered.code} ${answered.path}`, answered)
      })
    },
    async undeclared(app: Express): Promise<string[]> {
      const { body } = await request(app).get('/api/v1/openapi.json')
      const paths = Object.entries(body.paths as Record<string, Record<string, Operation>>)
      const known = paths.map(([path, operations]) => ({
        pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
        fixed: !path.endsWith('}'),
        operations,
      }))
      const complaints = [...seen.values()].flatMap(({ method, path, status, code }) => {
        const found = known.filter(({ pattern, operations }) => pattern.test(path) && operations[method])
        const responses = (found.find(({ fixed }) => fixed) ?? found[0])?.operations[method]!.responses
        if (!responses || status === 500) return []
        const problems = responses[status]?.content?.['application/problem+json']?.examples
        const declared = code === undefined ? responses[status] : problems && code in problems
        return declared ? [] : [`${method} ${path.replaceAll(/_[0-9a-z]{26}/g, '_…')}: ${status} ${code ?? ''}`]
      })
      return [...new Set(complaints)]
    },
  }
}
