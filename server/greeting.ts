import type { CastMember } from './demonstration.ts'

/** What the terminal says after a first start: who can sign in, with passwords that are nowhere else, and what to open. */
export function firstGreeting(url: string, cast: readonly CastMember[]): string {
  const table = [['e-mail', 'password', 'role', 'name'], ...cast.map(rowOf)]
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((line) => line[column]!.length)))
  // The name stands last, where one in Arabic script moves nothing else about.
  const lines = table.map((line) => `  ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd())
  return `
Wasata runs with a demonstration fund. These people can sign in:

${lines.join('\n')}

The passwords are shown this once. For another: npm run password -- ${cast[0]!.email}

${addresses(url)}
`
}

/** What it says when the demonstration fund was there already. */
export function laterGreeting(url: string): string {
  return `
Wasata runs with the demonstration fund of an earlier start. The passwords were shown then.
For a new one: npm run password -- admin@demo.example   (or whoever it is for)

${addresses(url)}
`
}

/** What it says where people have a fund of their own. */
export function plainGreeting(url: string): string {
  return `
Wasata runs.

${addresses(url)}
`
}

function addresses(url: string): string {
  return `  ${url}/     the console\n  ${url}/api  the API and its documentation\n\nCtrl-C stops it; the data stays.`
}

function rowOf({ email, password, role, name }: CastMember): string[] {
  return [email, password, role.replaceAll('_', ' '), name]
}
