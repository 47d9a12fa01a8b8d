import { rmSync } from 'node:fs'

export default async function globalTeardown(): Promise<void> {
  await globalThis.testServer?.server?.stop()
  if (globalThis.testServer?.folder) rmSync(globalThis.testServer.folder, { recursive: true, force: true })
}
