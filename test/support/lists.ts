import type { Test } from 'supertest'
import type { Caller } from './service.ts'

const HEADING = 'id,kind,name,aliases,original_script,born,nationality,listed_on,comments'

/** A list with one entry that nobody is called like, so that payees can be screened and money released. */
export function bringList(
  by: Caller,
  fundId: string,
  lines: readonly string[] = ['1,person,Qwyrzen Ullbrokk,,,,,,'],
): Test {
  const file = Buffer.from([HEADING, ...lines].join('\n'))
  return by.post(
    `/funds/${fundId}/sanctions-versions?list=invented&format=csv&fileName=invented.csv&confirmed=true`,
    file,
  )
}
