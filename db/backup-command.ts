import { backUp } from './backup.ts'
import { defaultDataDir } from './embedded.ts'

/** `npm run backup -- FOLDER`: copies the embedded database, be it running or not, into a new folder that is a data directory too. */
const [folder, ...more] = process.argv.slice(2)
try {
  if (!folder || more.length > 0) throw new Error('npm run backup -- FOLDER   a new folder for the copy')
  if (process.env.DATABASE_URL) throw new Error('DATABASE_URL is set: back that PostgreSQL up with its own tools.')
  await backUp({ dataDir: process.env.DATA_DIR || defaultDataDir(), to: folder })
  process.stdout.write(`Backed up. To go on from the copy: DATA_DIR=${folder} npm start\n`)
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
