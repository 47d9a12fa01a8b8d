import type { Row } from './csv.ts'
import type { Find } from './faults.ts'
import type { Manifest } from './manifest.ts'
import { addToBatch, closeBatch, sha256, type Batches } from './seals.ts'

/** Every act is where its seal and id put it and says what its hash says; of one that is left out of a part, its hash goes under its seal. */
export async function checkActs(
  rows: AsyncIterable<Row[]>,
  manifest: Manifest,
  under: Batches,
  find: Find,
): Promise<number> {
  let count = 0
  let last = { seal: 0, id: '' }
  for await (const batch of rows) {
    for (const [seal, id, contentHash, told, ...content] of batch) {
      const at = { seal: Number.parseInt(seal!, 10), id: id! }
      // What is no plain word could hide the line of another act.
      const isPlain = /^[!-~]*$/.test(id! + contentHash!) && seal === `${at.seal}`
      if (!isPlain || at.seal < last.seal || (at.seal === last.seal && at.id <= last.id))
        find('act_out_of_order', `act ${id} under seal ${seal}`)
      last = at
      count += 1
      addToBatch(under, seal!, `${id} ${contentHash}`)
      const text = content.join('\n')
      const isLeftOut = manifest.part !== null && told === 'no' && text === '\n'.repeat(content.length - 1)
      const isOneLineEach = text.split('\n').length === content.length
      const says = () => isOneLineEach && sha256(`${manifest.fund.id}\n${id}\n${text}`) === contentHash
      if (!isLeftOut && !(told === 'yes' && says())) find('act_changed', `act ${id}`)
    }
  }
  closeBatch(under)
  return count
}
