import { median } from './measure.ts'

/** Prints lines of cells under a heading, the first column to the left, the others to the right. */
export function printTable(title: string, heading: readonly string[], lines: readonly (readonly string[])[]): void {
  const widths = heading.map((_, column) => Math.max(...[heading, ...lines].map((line) => line[column]!.length)))
  const print = (cells: readonly string[]) => {
    const padded = cells.map((cell, column) => (column ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
    process.stdout.write(`  ${padded.join('   ')}\n`)
  }
  process.stdout.write(`\n${title}\n`)
  print(heading)
  print(widths.map((width) => '-'.repeat(width)))
  lines.forEach(print)
}

/** `1,234`, or with a decimal where it is less than ten. */
export function figure(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 0 })
}

/** `1,100–1,300`, the lowest and the highest of some figures. */
export function range(figures: readonly number[]): string {
  return `${figure(Math.min(...figures))}–${figure(Math.max(...figures))}`
}

/** `0.35`, one median in units of another. */
export function ratio(of: readonly number[], to: readonly number[]): string {
  return figure(median(of) / median(to))
}
