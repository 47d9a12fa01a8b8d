import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesOf } from '../../server/attachments/read.ts'
import { checkAttachments, sweepAttachments } from '../../server/attachments/look-after.ts'
import { mediaTypeOf, MOST_BYTES } from '../../server/attachments/policy.ts'
import { begin, paidRequest, reported } from '../expenditure-reports/telling.ts'
import { received } from '../support/money-in.ts'
import { draft } from '../support/asking.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'

const service = ownService()
const today = new Date().toISOString().slice(0, 10)
const PDF = Buffer.from('%PDF-1.7\n1 0 obj << >> endobj\n%%EOF\n')

let fund: Fund
let request: string
beforeAll(async () => {
  fund = await service.fund()
  await received(fund, '1000.00')
  request = (await paidRequest(fund, today, { grants: '100.00' })).id
})

const attach = (by: Caller, requestId: string, bytes: Buffer | object, name = 'invoice.pdf', more = '') =>
  by
    .post(`/disbursement-requests/${requestId}/attachments?name=${encodeURIComponent(name)}${more}`, bytes)
    .set('content-type', 'application/octet-stream')
const fresh = (text: string) => Buffer.concat([PDF, Buffer.from(text)])
const shaOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const pathOf = (sha: string) => join(service.files().folder, sha.slice(0, 2), sha)
const count = async () => (await service.database().owner('attachments').count())[0]!.count

test.each([
  ['a PDF', PDF, 'application/pdf'],
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]), 'image/png'],
  ['a photograph', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'image/jpeg'],
  ['a CSV in Arabic', Buffer.from('البند,المبلغ\nقاعة,10.00\n'), 'text/plain'],
  ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2]), undefined],
  ['a page with a script', Buffer.from('  <script>alert(1)</script>'), undefined],
  ['a picture that is a page', Buffer.from('<svg onload="x"/>'), undefined],
  ['text in another encoding', Buffer.from([0x63, 0x61, 0x66, 0xe9]), undefined],
  ['nothing', Buffer.alloc(0), undefined],
  ['an archive', Buffer.from('PK\u0003\u0004 readme.txt', 'latin1'), undefined],
  [
    'a spreadsheet',
    Buffer.from('PK\u0003\u0004[Content_Types].xml xl/workbook.xml', 'latin1'),
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ],
  [
    'a spreadsheet with macros',
    Buffer.from('PK\u0003\u0004[Content_Types].xml xl/workbook.xml xl/vbaProject.bin', 'latin1'),
    undefined,
  ],
] as const)('%s is known by what it holds', (_what, bytes, type) => {
  expect(mediaTypeOf(bytes)).toBe(type)
})

test('a file comes out as it went in, to be saved under its name, and is found by its hash alone', async () => {
  const name = '../../etc/passwd "فاتورة".html'
  const { body } = await attach(fund.cast.requester!, request, PDF, name).expect(201)
  expect(body).toEqual({
    id: body.id,
    fileName: name,
    mediaType: 'application/pdf',
    bytes: PDF.length,
    sha256: shaOf(PDF),
  })
  expect(readFileSync(pathOf(body.sha256))).toEqual(PDF)
  const file = await fund.cast.auditor!.get(`/attachments/${body.id}/file`).buffer(true).expect(200)
  expect(Buffer.compare(file.body, PDF)).toBe(0)
  expect(file.headers).toMatchObject({ 'content-type': 'application/pdf', 'x-content-type-options': 'nosniff' })
  expect(file.headers['content-disposition']).toMatch(/^attachment; filename=/)
  expect(file.headers['content-disposition']).not.toMatch(/[\n\r/]|etc/)
  const { body: list } = await fund.cast.requester!.get(`/disbursement-requests/${request}/attachments`).expect(200)
  expect(list.items).toEqual([expect.objectContaining({ id: body.id, addedBy: 'requester', reportId: null })])
})

test('what cannot be attached is refused, and nothing is kept', async () => {
  const { requester, certifyingOfficer, treasurer } = fund.cast
  const report = await reported(fund, request, [{ amount: '1.00' }])
  await attach(certifyingOfficer!, request, fresh('twice')).expect(201)
  const draftOfOther = await begin(fund, (await paidRequest(fund, today, { grants: '10.00' })).id).expect(201)
  const stranger = await service.person(
    'Stranger',
    (await service.fund()).id,
    ['requester', 'auditor'].slice(1) as ['auditor'],
  )
  const [rows, files] = [await count(), readdirSync(service.files().folder)]
  const refused = [
    [await attach(treasurer!, request, fresh('a')), 403, 'role_not_allowed'],
    [await attach(stranger, request, fresh('b')), 404, 'not_found'],
    [await attach(requester!, `req_${'0'.repeat(26)}`, fresh('c')), 404, 'not_found'],
    [await attach(requester!, request, fresh('d'), 'x.pdf', `&report=${draftOfOther.body.id}`), 404, 'not_found'],
    [await attach(requester!, request, fresh('e'), 'x.pdf', `&report=${report.id}`), 409, 'report_not_open'],
    [await attach(requester!, request, Buffer.alloc(MOST_BYTES + 1, 'x')), 413, 'attachment_too_large'],
    [await attach(requester!, request, Buffer.from('<html>'), 'x.pdf'), 422, 'attachment_type_not_taken'],
    [await attach(requester!, request, fresh('twice')), 409, 'already_exists'],
    [await attach(requester!, request, fresh('f'), `${'n'.repeat(201)}`), 400, 'invalid_request'],
  ] as const
  expect(refused.map(([{ status, body }]) => [status, body.code])).toEqual(
    refused.map(([, status, code]) => [status, code]),
  )
  expect([await count(), readdirSync(service.files().folder)]).toEqual([rows, files])
  const owner = service.database().owner
  const one = await owner('attachments').first()
  await owner('attachments').insert(
    Array.from({ length: 200 }, (_, i) => ({
      ...one,
      id: `att_${String(i).padStart(26, '0')}`,
      request_id: draftOfOther.body.requestId,
    })),
  )
  expect((await attach(requester!, draftOfOther.body.requestId, fresh('g'))).body.code).toBe('too_many_attachments')
})

test('papers of a confidential process are for who needs to know, and each look is kept', async () => {
  const place = { country: 'Chad', region: 'Central Africa', phase: 'after_violence' }
  const made = await service
    .admin()
    .post(`/funds/${fund.id}/processes`, { name: 'Back channel', ...place, confidentiality: 'confidential' })
    .expect(201)
  const { fundManager } = fund.cast
  await fundManager!.post(`/processes/${made.body.id}/entities`, { entityId: fund.entity }).expect(201)
  const { owner } = service.database()
  const asked = await draft(fund, '10.00', { processId: made.body.id })
  const { body } = await attach(fund.cast.requester!, asked.id, fresh('secret')).expect(201)
  await fund.cast.treasurer!.get(`/attachments/${body.id}/file`).expect(404)
  await fund.cast.auditor!.get(`/attachments/${body.id}/file`).expect(200)
  expect(await owner('looks').where({ request_id: asked.id, person_id: fund.cast.auditor!.id })).toHaveLength(1)
})

test('a file that was changed or removed on the disk is not given out, and is an alarm once', async () => {
  const { body: changed } = await attach(fund.cast.requester!, request, fresh('to be changed')).expect(201)
  const { body: gone } = await attach(fund.cast.requester!, request, fresh('to be removed')).expect(201)
  writeFileSync(pathOf(changed.sha256), fresh('to be chanGed'))
  unlinkSync(pathOf(gone.sha256))
  const get = (id: string) => fund.cast.requester!.get(`/attachments/${id}/file`)
  for (const _twice of [1, 2])
    expect((await get(changed.id)).body).toMatchObject({ code: 'attachment_damaged', fault: 'changed' })
  expect((await get(gone.id)).body).toMatchObject({ code: 'attachment_damaged', fault: 'missing' })
  const { owner, service: db } = service.database()
  expect(await checkAttachments(db, service.files().store, { at: new Date() })).toBe(2)
  const told = await owner('notifications').where({ event: 'attachment_alarm' }).pluck('person_id')
  expect(told.sort()).toEqual([fund.cast.auditor!.id, fund.cast.controller!.id].flatMap((id) => [id, id]).sort())
  expect((await owner('attachment_faults').pluck('fault')).sort()).toEqual(['changed', 'missing'])
  // Put back as it was, it is what was attached.
  writeFileSync(pathOf(changed.sha256), fresh('to be changed'))
  await get(changed.id).expect(200)
  writeFileSync(pathOf(gone.sha256), fresh('to be removed'))
})

test('a crash between file and row leaves a file that is swept away a day later, and never one that a row knows', async () => {
  const { store, folder } = service.files()
  const lost = fresh('nobody knows this')
  await store.put(shaOf(lost), lost)
  const { body: known } = await attach(fund.cast.requester!, request, fresh('known')).expect(201)
  await store.put('0'.repeat(64), lost).then(() => writeFileSync(join(folder, 'unfinished', 'half'), 'ha'))
  const db = service.database().service
  await sweepAttachments(db, store, new Date())
  expect(existsSync(pathOf(shaOf(lost)))).toBe(true)
  const before = new Date(Date.now() - 25 * 3_600_000)
  for (const path of [pathOf(shaOf(lost)), pathOf(known.sha256), join(folder, 'unfinished', 'half')])
    utimesSync(path, before, before)
  await sweepAttachments(db, store, new Date())
  expect([shaOf(lost), known.sha256].map((sha) => existsSync(pathOf(sha)))).toEqual([false, true])
  expect(existsSync(join(folder, 'unfinished', 'half'))).toBe(false)
  expect(await bytesOf(store, known.sha256)).toEqual({ bytes: fresh('known') })
  await expect(store.put('../../x', lost)).rejects.toThrow('no SHA-256')
})
