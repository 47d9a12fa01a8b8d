/** What has to be undone when the benchmark ends in any way: the latest first, each once. */

type Undo = () => unknown

const undos: Undo[] = []
let ended: Promise<void> | undefined

/** Remembers what to undo. */
export function atEnd(undo: Undo): void {
  undos.push(undo)
}

/** Undoes everything; whoever asks a second time waits for the first. */
export function endAll(): Promise<void> {
  return (ended ??= undoAll())
}

/** ctrl-C and kill leave no server, no process and no folder behind. What fails because of them is not told. */
export function endOnSignals(): void {
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(signal, () => {
      process.on('unhandledRejection', () => undefined)
      void endAll().finally(() => process.exit(status))
    })
  }
}

/** Whether everything is being undone, so that a failure now is only a sign of it. */
export function isEnding(): boolean {
  return ended !== undefined
}

async function undoAll(): Promise<void> {
  for (let undo = undos.pop(); undo; undo = undos.pop()) {
    try {
      await undo()
    } catch (error) {
      process.stderr.write(`not undone: ${(error as Error).message}\n`)
    }
  }
}
