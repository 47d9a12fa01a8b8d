import { readFileSync, readdirSync } from 'node:fs'
import type { Knex } from 'knex'

const FOLDER = new URL('./migrations/', import.meta.url)

/**
 * The schema as numbered SQL files, each run once, in order, in a transaction of its own. A file is never edited once
 * it has been released: change the schema with the next number.
 */
export const sqlMigrations: Knex.MigrationSource<string> = {
  async getMigrations() {
    return readdirSync(FOLDER)
      .filter((name) => name.endsWith('.sql'))
      .sort()
  },
  getMigrationName: (name) => name,
  async getMigration(name) {
    const sql = readFileSync(new URL(name, FOLDER), 'utf8')
    return {
      up: (knex) => knex.raw(sql.replaceAll('?', '\\?')),
      down: () => Promise.reject(new Error(`${name} is not undone: a ledger only moves forward`)),
    }
  },
}
