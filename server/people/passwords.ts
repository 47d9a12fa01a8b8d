import { hash, verify } from '@node-rs/argon2'
import { randomBytes } from 'node:crypto'
import { row, type Db } from '../../db/connect.ts'

/** OWASP's second choice for argon2id: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export function hashPassword(password: string): Promise<string> {
  return hash(password, COST)
}

/** Twenty characters that can be read aloud and typed: about 100 bits. */
export function newPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  const picked = [...randomBytes(20)].map((byte) => letters[byte % letters.length]!)
  return [0, 5, 10, 15].map((from) => picked.slice(from, from + 5).join('')).join('-')
}

/** Who this is, or undefined. Unknown people cost as much time as wrong passwords, so that nobody can ask who exists. */
export async function checkPassword(db: Db, email: string, password: string): Promise<string | undefined> {
  const person = await row<{ id: string; password_hash: string | null }>(
    db,
    `select id, password_hash from people where email = lower(:email) and active and kind = 'person'`,
    { email: email.trim() },
  )
  decoy ??= hashPassword(newPassword())
  const right = await verify(person?.password_hash ?? (await decoy), password)
  return right && person?.password_hash ? person.id : undefined
}

let decoy: Promise<string> | undefined
