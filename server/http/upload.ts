import { raw, type RequestHandler } from 'express'

/**
 * A form with a file (RFC 7578), as the fields of any other: `file` is the file in base64, `fileName` what it was called. Only one file is
 * read, and no more of it than the limit. What is no such form passes by as it is.
 */
export function formWithFile(limit: string): RequestHandler[] {
  return [
    raw({ type: 'multipart/form-data', limit }),
    async (req, _res, next) => {
      if (Buffer.isBuffer(req.body)) req.body = await fieldsOf(req.body, req.header('content-type') ?? '')
      next()
    },
  ]
}

async function fieldsOf(bytes: Buffer, type: string): Promise<Record<string, string>> {
  const fields: Record<string, string> = {}
  // What cannot be read as a form has no fields: each is then missing, and said to be.
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } })
    .formData()
    .catch(() => undefined)
  for (const [name, value] of form ?? []) {
    if (typeof value === 'string') fields[name] = value
    else if (name === 'file') {
      fields.file = Buffer.from(await value.arrayBuffer()).toString('base64')
      fields.fileName = value.name
    }
  }
  return fields
}
