import { createHash } from 'node:crypto'
import { raw, type RequestHandler } from 'express'
import { MOST_BYTES } from '../attachments/policy.ts'

/** A little more than a file may be, for what a form sends around it. */
const limit = MOST_BYTES + 64 * 1024

/**
 * Reads a form with one file (RFC 7578): its other fields as those of any form, the file beside them. What makes two sendings the same is the
 * hash of the file, which stands among the fields.
 */
export const readUpload: RequestHandler[] = [
  raw({ type: 'multipart/form-data', limit }),
  async (req, res, next) => {
    if (!Buffer.isBuffer(req.body)) return next()
    const form = await formOf(req.body, req.header('content-type') ?? '')
    const file = form?.get('file')
    const bytes = file instanceof Blob ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0)
    res.locals.upload = bytes
    const key = form?.get('key')
    req.body = {
      ...(typeof key === 'string' ? { key } : {}),
      fileName: (file instanceof File ? file.name : '').slice(0, 200),
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }
    next()
  },
]

/** What cannot be read is a form in which nothing was filled in. */
async function formOf(body: Buffer, type: string): Promise<FormData | undefined> {
  const read = new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  return read.catch(() => undefined)
}
