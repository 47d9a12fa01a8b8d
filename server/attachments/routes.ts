import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Refusal } from '../errors.ts'
import { created, get, post, type Endpoint } from '../http/endpoint.ts'
import { id, query, text } from '../http/schemas.ts'
import { readRequest } from '../requests/queries.ts'
import { attachFile } from './attach.ts'
import { noteFault } from './faults.ts'
import { attachmentsOf, bytesOf, readAttachment } from './read.ts'
import type { FileStore } from './store.ts'

const tag = 'Attachments'

export function attachmentEndpoints(store: FileStore): Endpoint[] {
  return [
    post(
      '/disbursement-requests/:request/attachments',
      {
        tag,
        summary:
          'Attach a file to a request, or to a report on it: PDF, PNG, JPEG, text, XLSX or DOCX, told by what it holds',
        refuses: [
          'report_not_open',
          'attachment_too_large',
          'attachment_type_not_taken',
          'too_many_attachments',
          'already_exists',
        ],
        bodyType: 'application/octet-stream',
        query: query({ name: text(200).required(), report: id('expenditureReport') }),
      },
      async (trx, actor, { params, query: { name, report }, body }) => {
        const file = { requestId: params.request!, reportId: report, fileName: name, bytes: body }
        return created('/attachments', await attachFile(trx, actor, store, file))
      },
    ),
    get(
      '/disbursement-requests/:request/attachments',
      { tag, summary: 'The files of a request and of its reports' },
      async (db, actor, { params }) => {
        const { body: request } = await readRequest(db, actor, params.request!)
        return { body: { items: await attachmentsOf(db, { requestId: request.id }) } }
      },
    ),
    get(
      '/attachments/:attachment/file',
      {
        tag,
        summary: 'A file as it was attached, to be saved; one that is not what was attached any more is not given out',
        refuses: ['attachment_damaged', 'too_many_files'],
        answerType: 'application/octet-stream',
      },
      async (db, actor, { params }) => {
        const attachment = await readAttachment(db, actor, params.attachment!)
        const found = await bytesOf(store, attachment.sha256)
        if ('fault' in found) {
          await db.transaction((trx) => noteFault(trx, attachment, { fault: found.fault, at: actor.act.at }))
          throw new Refusal('attachment_damaged', { fault: found.fault })
        }
        const { mediaType: type, fileName } = attachment
        return { stream: { type, fileName, write: (to) => pipeline(Readable.from([found.bytes]), to) } }
      },
    ),
  ]
}
