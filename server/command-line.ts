import { readFile } from 'node:fs/promises'

/** What the commands of an operator share: they ask the running service, with the operator's own token. */

/** Asks the service at WASATA_URL as the owner of WASATA_TOKEN, by GET or with a file by POST. Throws with what it answered. */
export async function call(path: string, file?: { path: string; type: string }): Promise<unknown> {
  const url = `${process.env.WASATA_URL ?? 'http://127.0.0.1:3000'}/api/v1${path}`
  const sent = file && {
    method: 'POST',
    body: new Uint8Array(await readFile(file.path)),
    headers: { 'content-type': file.type },
  }
  const answer = await fetch(url, {
    ...sent,
    headers: { authorization: `Bearer ${process.env.WASATA_TOKEN}`, ...sent?.headers },
  }).catch(() => {
    throw new Error(`No service answers at ${url}. Start it with "npm start"; if it listens elsewhere, set WASATA_URL.`)
  })
  const body = (await answer.json()) as { code?: string; title?: string }
  if (!answer.ok) throw new Error(`${answer.status} ${body.code}: ${body.title}\n${JSON.stringify(body, null, 2)}`)
  return body
}

/** The fund of this code, of those in which the operator has a role. */
export async function fundOfCode(code: string): Promise<{ id: string; code: string; currency: string }> {
  const { items } = (await call('/funds')) as { items: { id: string; code: string; currency: string }[] }
  const fund = items.find((one) => one.code === code)
  if (!fund) throw new Error(`There is no fund ${code} in which you have a role.`)
  return fund
}

/** Runs a command; what goes wrong is said in one line, and the exit code tells it. */
export function run(command: () => Promise<void>): void {
  command().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })
}
