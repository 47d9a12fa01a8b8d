import type { Weight } from './fonts.ts'

/** How a text looks: size and distance of lines in points. */
export type TextStyle = {
  readonly size: number
  readonly leading: number
  readonly weight: Weight
  readonly colour: Colour
}

/** A colour as PDF takes it, red, green and blue from 0 to 1. */
export type Colour = string

const colour = (red: number, green: number, blue: number): Colour =>
  [red, green, blue].map((part) => Math.round((part / 255) * 1000) / 1000).join(' ')

/** Text colours have a contrast of at least 4.5 to 1 on white (WCAG 2.1, 1.4.3). */
export const COLOURS = {
  ink: colour(27, 39, 51),
  quiet: colour(92, 104, 117),
  hairline: colour(222, 228, 234),
  rule: colour(27, 39, 51),
  received: colour(11, 110, 153),
  disbursed: colour(224, 150, 84),
}

/** One type scale for all reports. */
export const STYLES = {
  title: { size: 24, leading: 31, weight: 'strong', colour: COLOURS.ink },
  lead: { size: 12.5, leading: 18, weight: 'regular', colour: COLOURS.ink },
  heading: { size: 15, leading: 21, weight: 'strong', colour: COLOURS.ink },
  subheading: { size: 10, leading: 14, weight: 'strong', colour: COLOURS.ink },
  body: { size: 9.5, leading: 14.5, weight: 'regular', colour: COLOURS.ink },
  quiet: { size: 8, leading: 12, weight: 'regular', colour: COLOURS.quiet },
  row: { size: 8, leading: 11.5, weight: 'regular', colour: COLOURS.ink },
  strongRow: { size: 8, leading: 11.5, weight: 'strong', colour: COLOURS.ink },
  columnTitle: { size: 7.5, leading: 10, weight: 'strong', colour: COLOURS.quiet },
  figure: { size: 9, leading: 13, weight: 'regular', colour: COLOURS.ink },
  strongFigure: { size: 9, leading: 13, weight: 'strong', colour: COLOURS.ink },
  letterhead: { size: 9, leading: 10, weight: 'strong', colour: COLOURS.received },
  furniture: { size: 7.5, leading: 10, weight: 'regular', colour: COLOURS.quiet },
} as const satisfies Record<string, TextStyle>
