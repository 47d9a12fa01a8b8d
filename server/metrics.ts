import { timingSafeEqual } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import type { Logger } from 'pino'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Db } from '../db/connect.ts'
import { Refusal } from './errors.ts'
import { readGauges, rowsWritten, type LedgerGauges } from './ledger/gauges.ts'

/** Figures for those who watch the service (Prometheus text): no names, no addresses, no ids but the codes of funds. */
export type Metrics = { readonly counting: RequestHandler; readonly tell: RequestHandler }

const SECONDS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/**
 * With `metricsToken`, who shows it as a bearer token is answered; without, only who asks from this very machine and not through a
 * proxy. Anybody else is told that there is no such address.
 */
export function createMetrics(
  db: Db,
  { metricsToken, log }: { metricsToken?: string | undefined; log: Logger },
): Metrics {
  const registry = new Registry()
  const counting = requestCounting(registry)
  const read = ledgerGauges(registry, db)
  // Of the process itself, measured when it is asked for; nothing runs in between.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 })
  return {
    counting,
    async tell(req, res) {
      if (!maySee(req, metricsToken)) throw new Refusal('no_such_address')
      await read().catch((error: Error) => log.error({ err: error }, 'metrics of the ledger could not be read'))
      res.type(registry.contentType).send(await registry.metrics())
    },
  }
}

function maySee(req: Request, token: string | undefined): boolean {
  if (token === undefined) {
    const from = req.socket.remoteAddress ?? ''
    return (
      /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(from) && !req.header('x-forwarded-for') && !req.header('forwarded')
    )
  }
  const [shown, right] = [req.header('authorization') ?? '', `Bearer ${token}`].map((text) => Buffer.from(text))
  return shown!.length === right!.length && timingSafeEqual(shown!, right!)
}

function requestCounting(registry: Registry): RequestHandler {
  const labelNames = ['method', 'route', 'status'] as const
  const registers = [registry]
  const requests = new Counter({ name: 'wasata_http_requests_total', help: 'Requests answered', labelNames, registers })
  const seconds = new Histogram({
    name: 'wasata_http_request_seconds',
    help: 'How long answers took',
    labelNames: ['method', 'route'],
    buckets: SECONDS,
    registers,
  })
  return (req, res, next) => {
    const took = seconds.startTimer()
    res.once('finish', () => {
      // The pattern, never the path: that has ids in it, and as many values as there are rows.
      const pattern = (req.route as { path?: string } | undefined)?.path
      const route =
        pattern === undefined ? 'none' : `${req.originalUrl.startsWith('/api/v1/') ? '/api/v1' : ''}${pattern}`
      took({ method: req.method, route })
      requests.inc({ method: req.method, route, status: res.statusCode })
    })
    next()
  }
}

/** Figures of the ledger and of the pool, read when they are asked for. */
function ledgerGauges(registry: Registry, db: Db): () => Promise<void> {
  const registers = [registry]
  const gauge = (name: string, help: string, labelNames: string[] = ['fund']) =>
    new Gauge({ name: `wasata_${name}`, help, labelNames, registers })
  const byFund: [Gauge, (of: LedgerGauges) => number | null][] = [
    [gauge('seals', 'Seals over the ledger'), (of) => of.seals],
    [gauge('sealed_entries', 'Entries under a seal'), (of) => asFigure(of.sealedEntries)],
    [
      gauge('oldest_unsealed_entry_seconds', 'Age of the oldest entry without a seal'),
      (of) => of.oldestUnsealedSeconds ?? 0,
    ],
    [gauge('ledger_broken', '1 where the verification of the seals has found a fault'), (of) => (of.broken ? 1 : 0)],
    [
      gauge('verification_last_full_pass_timestamp_seconds', 'When all seals were last verified'),
      (of) => of.lastFullPassAt,
    ],
    [
      gauge('verification_last_full_pass_position', 'The seal at which that pass ended'),
      (of) => of.lastFullPassPosition,
    ],
    [gauge('verification_running_position', 'The seal that the running pass has reached'), (of) => of.verifiedPosition],
  ]
  const written = gauge('rows_written_total', 'Rows written to the ledger since the statistics began', ['table'])
  const up = gauge('database_up', '1 where the database answers', [])
  const pool = gauge('database_pool_connections', 'Connections of the pool', ['state'])
  return async () => {
    const { numUsed, numFree, numPendingAcquires } = pooled(db)
    pool.set({ state: 'used' }, numUsed())
    pool.set({ state: 'free' }, numFree())
    pool.set({ state: 'waiting' }, numPendingAcquires())
    up.set(0)
    for (const [one] of byFund) one.reset()
    for (const found of await readGauges(db)) {
      for (const [one, figure] of byFund) {
        const value = figure(found)
        if (value !== null) one.set({ fund: found.fund }, value)
      }
    }
    for (const [table, rows] of Object.entries(await rowsWritten(db))) written.set({ table }, asFigure(rows))
    up.set(1)
  }
}

/** A count as Prometheus wants it: it may lose the last digits beyond 2^53, which no table reaches. */
function asFigure(count: string): number {
  return Number.parseInt(count, 10)
}

type Pool = Record<'numUsed' | 'numFree' | 'numPendingAcquires', () => number>

function pooled(db: Db): Pool {
  const { pool } = db.client as { pool: Pool }
  return {
    numUsed: () => pool.numUsed(),
    numFree: () => pool.numFree(),
    numPendingAcquires: () => pool.numPendingAcquires(),
  }
}
