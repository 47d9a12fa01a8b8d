import type { clockInEn } from './en-clock.ts'

/** The words about lanes, steps and their clocks, in Arabic. */
export const clockInAr: typeof clockInEn = {
  lane: 'درجة الاستعجال',
  lanes: {
    standard: 'عادي',
    rapid: 'سريع',
    no_regret: 'بلا ندم',
  },
}
