/** Whether what was done is to be done again, or differently. */
export const LESSON_VERDICTS = ['again', 'differently'] as const
export type LessonVerdict = (typeof LESSON_VERDICTS)[number]

export const THEMES = [
  'power_sharing',
  'natural_resources',
  'constitution_making',
  'ceasefire_and_security',
  'gender_and_inclusion',
] as const

export const PHASES = ['before_escalation', 'after_violence', 'implementation'] as const
