import type { ListReader } from './list.ts'
import { csvReader } from './read-csv.ts'
import { unReader } from './read-un.ts'

/** Every format in which a list can be brought in. */
export const READERS: readonly ListReader[] = [unReader, csvReader]
export const FORMATS: readonly string[] = READERS.map(({ format }) => format)
