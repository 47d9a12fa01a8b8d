import { readFileSync } from 'node:fs'

const CHECK_MS = 250
const SHELLS = ['sh', 'dash', 'bash', 'ash', 'zsh', 'ksh']

/**
 * Calls `ended` once when the npm that started this process is gone, killed with -9 for example: it cannot pass on the
 * signal then, and nobody at the terminal could stop us any more. Without npm nothing is watched.
 */
export function whenStarterEnds(ended: () => void): void {
  if (process.env.npm_lifecycle_event !== 'start') return
  const starter = starterPid()
  const check = setInterval(() => {
    if (starterPid() === starter) return
    clearInterval(check)
    ended()
  }, CHECK_MS)
  check.unref()
}

/** npm puts a shell between itself and us; some shells make way for us, and others wait. */
function starterPid(): number {
  const parent = process.ppid
  const found = processAt(parent)
  return found && SHELLS.includes(found.name) ? found.parent : parent
}

/** From Linux's process table; elsewhere undefined, and the shells there make way. */
function processAt(pid: number): { name: string; parent: number } | undefined {
  try {
    const [, name, parent] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return name && parent ? { name, parent: Number.parseInt(parent, 10) } : undefined
  } catch {
    return undefined
  }
}
