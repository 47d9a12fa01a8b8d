/** Everything that can be wrong with an export that can be read, each in words. */
export const FAULTS = {
  file_differs: 'a file is not what the manifest says',
  manifest_differs: 'the manifest does not say what the files say',
  entry_out_of_order: 'an entry is not where its seal and number put it',
  entry_twice: 'an entry is there twice',
  entry_changed: 'an entry does not say what was sealed',
  entry_outside_part: 'an entry is told that does not belong in this part, or is left out of the whole ledger',
  entry_unbalanced: 'an entry does not sum to zero in a book',
  posting_without_entry: 'a posting belongs to no entry that is told',
  reversed_entry_missing: 'an entry reverses one that is not there',
  contribution_not_conserved: 'the stages of a contribution do not sum to its authority',
  act_out_of_order: 'an act is not where its seal and number put it',
  act_changed: 'an act does not say what was sealed',
  seal_out_of_order: 'a seal does not follow the one before',
  seal_changed: 'a seal does not close the entries and acts that are under it',
  seal_missing: 'entries or acts are under a seal that is not there',
  known_seal_differs: 'the seal that was kept is another',
  account_differs: 'an account does not have the balance of its postings',
  conservation_differs: 'the stages of a contribution are not those of its postings',
} as const

export type FaultKind = keyof typeof FAULTS

/** How often something is wrong, and where first. */
export type Fault = { readonly fault: FaultKind; readonly first: string; count: number }

export type Find = (fault: FaultKind, where: string) => void

/** Collects faults, one of each kind, so that a ledger in which nothing is right takes no more memory than one that is. */
export function collectFaults(): { faults: Fault[]; find: Find } {
  const faults: Fault[] = []
  return {
    faults,
    find: (fault, where) => {
      const known = faults.find((one) => one.fault === fault)
      if (known) known.count += 1
      else faults.push({ fault, first: where, count: 1 })
    },
  }
}
