import LineBreaker from 'linebreak'
import { composeParagraph, trimEnd, widthOf, type Paragraph } from './paragraph.ts'

/** A line of a paragraph: the characters from `start` to `end`. */
export type Line = { readonly start: number; readonly end: number }

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** Breaks a paragraph into lines no wider than `width`, in a word only where the word alone is wider. */
export function breakIntoLines(paragraph: Paragraph, width: number): Line[] {
  const { text } = paragraph
  if (widthOf(paragraph, 0, trimEnd(text, 0, text.length)) <= width) return [{ start: 0, end: text.length }]
  const lines: Line[] = []
  let start = 0
  let used = 0
  const place = (from: number, to: number) => {
    const inkWidth = widthOf(paragraph, from, trimEnd(text, from, to))
    if (used + inkWidth > width && start < from) {
      lines.push({ start, end: from })
      start = from
      used = 0
    }
    used += widthOf(paragraph, from, to)
  }
  for (const [from, to] of breakOpportunities(text)) {
    const fits = widthOf(paragraph, from, trimEnd(text, from, to)) <= width
    if (fits) place(from, to)
    else
      for (const part of graphemes.segment(text.slice(from, to)))
        place(from + part.index, from + part.index + part.segment.length)
  }
  if (start < text.length) lines.push({ start, end: text.length })
  return lines
}

/** The text on one line, shortened with an ellipsis where it is too wide. */
export function composeOneLine(
  text: string,
  width: number,
  options: Parameters<typeof composeParagraph>[1],
): Paragraph {
  const whole = composeParagraph(text, options)
  if (widthOf(whole) <= width) return whole
  const parts = [...graphemes.segment(text)].map((part) => part.segment)
  let kept = parts.length
  let shortened = whole
  while (kept > 0 && widthOf(shortened) > width) {
    kept = Math.min(kept - 1, Math.floor((kept * width) / widthOf(shortened)) + 1)
    shortened = composeParagraph(`${parts.slice(0, kept).join('').trimEnd()}…`, options)
  }
  return shortened
}

function* breakOpportunities(text: string): Generator<[number, number]> {
  const breaker = new LineBreaker(text)
  let last = 0
  for (let next = breaker.nextBreak(); next; next = breaker.nextBreak()) {
    yield [last, next.position]
    last = next.position
  }
}
