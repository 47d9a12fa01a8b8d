import type { Trx } from '../../db/connect.ts'
import { openDatabase } from '../../db/open.ts'
import { recordAct } from '../acts/record.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { readDatabaseSettings } from '../settings.ts'
import { addPerson } from './register.ts'
import { resetPassword } from './reset-password.ts'

/**
 * What only whoever runs the service can do, on the service's own database, be it running or not:
 * `npm run password -- EMAIL` gives a person a new password; `npm run administrator -- EMAIL NAME` registers an
 * administrator, who then registers everybody else. The password is printed and kept nowhere.
 */
const USAGE = `npm run password -- EMAIL             a new password for a person
npm run administrator -- EMAIL NAME   register an administrator`

const [command, email = '', ...name] = process.argv.slice(2)
const known = command === 'administrator' ? name.length > 0 : command === 'password' && name.length === 0
if (!known || !/^[^\s@]+@[^\s@]+$/.test(email)) end(USAGE)

const told = await run().catch((error: Error) => end(error instanceof Refusal ? refused(error) : error.message))
process.stdout.write(`${told.email}  ${told.password}\n\nThe password is shown this once.\n`)

async function run(): Promise<{ email: string; password?: string }> {
  const database = await openDatabase(readDatabaseSettings(process.env))
  try {
    return await database.db.transaction(async (trx) => {
      const person =
        command === 'password'
          ? await resetPassword(trx, { email })
          : await addPerson(trx, { email, name: name.join(' '), administrator: true })
      await recordCommand(trx, person.id)
      return person
    })
  } finally {
    await database.close()
  }
}

/** Nobody is signed in at a terminal, so the act has no person; what was done to whom is kept all the same. */
async function recordCommand(trx: Trx, personId: string): Promise<void> {
  await recordAct(trx, {
    id: newId('act'),
    fundId: null,
    personId: null,
    tokenId: null,
    requestId: 'command',
    method: 'COMMAND',
    path: command!,
    address: null,
    outcome: 'done',
    details: { personId },
  })
}

function refused({ code, message }: Refusal): string {
  if (code === 'not_found') return `Nobody who may sign in has the address ${email}.`
  return code === 'already_exists' ? `Somebody has the address ${email} already.` : message
}

function end(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
