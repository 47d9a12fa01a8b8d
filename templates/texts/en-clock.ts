/** The words about lanes, steps and their clocks, in English. */
export const clockInEn = {
  lane: 'How urgent it is',
  lanes: {
    standard: 'Standard',
    rapid: 'Rapid',
    no_regret: 'No-regret',
  },
}
