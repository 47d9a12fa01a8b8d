import { drawBlock, ensureRoom, FRAME, setText, type Paper } from './paper.ts'
import { withoutMarks } from './prose.ts'
import { drawElement } from './structure.ts'
import { STYLES } from './style.ts'

/** A short fact: a quiet label with its value under it, over one column of the grid or more. */
export type Fact = { readonly label: string; readonly value: string; readonly span?: number }

const COLUMNS = 3
const GUTTER = 20
const ROW_ROOM = 9

/** Draws facts on a grid of three columns, row by row. */
export async function drawFacts(paper: Paper, facts: readonly Fact[]): Promise<void> {
  for (const row of gridRows(facts)) {
    const set = row.map(({ fact, start, width }) => ({
      start,
      width,
      // Label and value stand on two lines; read aloud they are one sentence.
      aloud: withoutMarks(`${fact.label}: ${fact.value}`),
      label: setText(paper, fact.label, STYLES.quiet, width),
      value: setText(paper, fact.value, STYLES.figure, width),
    }))
    const height = Math.max(...set.map(({ label, value }) => label.height + value.height))
    await ensureRoom(paper, height)
    for (const { start, width, aloud, label, value } of set) {
      drawElement(paper.structure, paper.structure.root, 'P', { actualText: aloud }, () => {
        drawBlock(paper, label, { start, width, top: paper.y })
        drawBlock(paper, value, { start, width, top: paper.y + label.height })
      })
    }
    paper.y += height + ROW_ROOM
  }
}

type PlacedFact = { readonly fact: Fact; readonly start: number; readonly width: number }

function gridRows(facts: readonly Fact[]): PlacedFact[][] {
  const column = (FRAME.width - GUTTER * (COLUMNS - 1)) / COLUMNS
  const rows: PlacedFact[][] = []
  let used = COLUMNS
  for (const fact of facts) {
    const span = fact.span ?? 1
    if (used + span > COLUMNS) {
      rows.push([])
      used = 0
    }
    rows.at(-1)!.push({ fact, start: used * (column + GUTTER), width: span * column + (span - 1) * GUTTER })
    used += span
  }
  return rows
}
