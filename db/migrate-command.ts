import { migrate } from './migrate.ts'

/** `npm run migrate`: brings the schema of your own PostgreSQL up to date, as the login that owns it. */
const url = process.env.DATABASE_OWNER_URL ?? process.env.DATABASE_URL
if (!url) throw new Error('Set DATABASE_URL (or DATABASE_OWNER_URL) to the PostgreSQL to migrate.')
await migrate(url)
