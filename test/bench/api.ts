import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import autocannon from 'autocannon'
import { connect, SERVICE_ROLE, type Connection } from '../../db/connect.ts'
import { newId } from '../../server/ids.ts'
import { openAskingFund, type AskingFund } from './asking.ts'
import { atEnd } from './ending.ts'
import type { Pace } from './measure.ts'
import { gatherStatistics } from './server.ts'
import { startProcess, type ServerProcess } from './process.ts'

const CONNECTIONS = 16

/** Requests per second in each round, and the processor time that one request took in the server's own process. */
export type Served = { readonly name: string; readonly perSecond: number[]; readonly cpuUs: number[] }

export type ApiFigures = {
  /** The service and then the bare program, for one balance read … */
  readonly reads: readonly [Served, Served]
  /** … and for one submission. */
  readonly submits: readonly [Served, Served]
}

/**
 * Requests per second over HTTP on this machine, each beside a bare program in the same rounds. A submission is asked for
 * with an Idempotency-Key and recorded with its act, as by any client.
 */
export async function measureApi(connection: Connection, pace: Pace): Promise<ApiFigures> {
  const db = connect(connection, { role: SERVICE_ROLE })
  atEnd(() => db.destroy())
  const service = await startProcess('./api-process.ts', connection)
  const bare = await startProcess('./bare-process.ts', connection)
  const fund = await openAskingFund(service.url, db)
  const perRound = pace.seconds * 100
  const drafts = await fund.drafts(perRound * (pace.rounds + 1))
  await gatherStatistics(connection)
  const reads = await measureReads({ service, bare }, fund, pace)
  const submits = await measureSubmits({ service, bare }, fund, { drafts, perRound })
  return { reads, submits }
}

type Programs = { service: ServerProcess; bare: ServerProcess }

async function measureReads(
  { service, bare }: Programs,
  { fundId, contribution, auditor }: AskingFund,
  { rounds, seconds }: Pace,
): Promise<[Served, Served]> {
  const served: [Served, Served] = [
    { name: 'service: GET /funds/:fund/ledger/balances', perSecond: [], cpuUs: [] },
    { name: 'bare node:http and pg, the same statement, named', perSecond: [], cpuUs: [] },
  ]
  const load = async (to: ServerProcess, url: string, headers: Record<string, string>, into?: Served) => {
    const before = await to.cpuUs()
    const options = { url, headers, connections: CONNECTIONS, duration: seconds }
    const { '2xx': answered, non2xx, errors, duration } = await autocannon(options)
    if (answered === 0 || non2xx > 0 || errors > 0) throw new Error(`${url}: ${non2xx} refused, ${errors} failed`)
    into?.perSecond.push(answered / duration)
    into?.cpuUs.push(((await to.cpuUs()) - before) / answered)
  }
  const headers = { authorization: `Bearer ${auditor}` }
  const asked = `address=budget:available:${contribution.code}&currency=USD`
  for (let round = -1; round < rounds; round += 1) {
    const [own, least] = round < 0 ? [] : served // the first round warms the code, and does not count
    await load(service, `${service.url}/api/v1/funds/${fundId}/ledger/balances?${asked}`, headers, own)
    await load(bare, `${bare.url}/?fund=${fundId}&${asked}`, {}, least)
  }
  return served
}

type Call = { path: string; headers: Record<string, string>; body: string }

async function measureSubmits(
  { service, bare }: Programs,
  { fundId, actId, contribution, requester }: AskingFund,
  { drafts, perRound }: { drafts: { id: string; version: number }[]; perRound: number },
): Promise<[Served, Served]> {
  const served: [Served, Served] = [
    { name: 'service: POST /disbursement-requests/:request/submissions', perSecond: [], cpuUs: [] },
    { name: 'bare node:http and pg, one post_entries', perSecond: [], cpuUs: [] },
  ]
  const json = { 'content-type': 'application/json' }
  const submission = ({ id, version }: { id: string; version: number }): Call => ({
    path: `/api/v1/disbursement-requests/${id}/submissions`,
    headers: {
      ...json,
      authorization: `Bearer ${requester}`,
      'if-match': `"v${version}"`,
      'idempotency-key': randomUUID(),
    },
    body: '{}',
  })
  const entry = (): Call => {
    const requestId = newId('request')
    const reserved = { contributionId: contribution.id, code: contribution.code, units: '10000', on: '2026-03-02' }
    const body = { fundId, actId, source: requestId, requestId, requestCode: requestId.slice(-20), ...reserved }
    return { path: '/', headers: json, body: JSON.stringify(body) }
  }
  const load = async (to: ServerProcess, calls: Call[], into?: Served) => {
    const before = await to.cpuUs()
    const seconds = await sendAll(to.url, calls)
    into?.perSecond.push(calls.length / seconds)
    into?.cpuUs.push(((await to.cpuUs()) - before) / calls.length)
  }
  for (let at = 0; at < drafts.length; at += perRound) {
    const [own, least] = at === 0 ? [] : served
    await load(service, drafts.slice(at, at + perRound).map(submission), own)
    await load(bare, Array.from({ length: perRound }, entry), least)
  }
  return served
}

/** Sends distinct requests over a few connections that stay open; the seconds it took. */
async function sendAll(url: string, calls: readonly Call[]): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const queue = [...calls]
  const work = async () => {
    for (let call = queue.pop(); call; call = queue.pop()) await send(agent, url, call)
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: CONNECTIONS }, work))
  const seconds = (performance.now() - started) / 1000
  agent.destroy()
  return seconds
}

function send(agent: Agent, url: string, { path, headers, body }: Call): Promise<void> {
  return new Promise((done, fail) => {
    const sent = request(`${url}${path}`, { agent, method: 'POST', headers }, (answer) => {
      text(answer).then((said) => {
        if (answer.statusCode! < 300) done()
        else fail(new Error(`POST ${path}: ${answer.statusCode} ${said}`))
      }, fail)
    })
    sent.on('error', fail)
    sent.end(body)
  })
}
