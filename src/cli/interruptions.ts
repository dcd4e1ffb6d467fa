export interface Interruptions extends Disposable {
  readonly stopping: AbortSignal
  readonly signal: AbortSignal
}

/** First Ctrl-C (or SIGTERM) finishes the item at hand, the second drops everything. */
export function interruptions(): Interruptions {
  const soft = new AbortController()
  const hard = new AbortController()
  const onSignal = (): void => {
    if (soft.signal.aborted) hard.abort()
    else soft.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    stopping: soft.signal,
    signal: hard.signal,
    [Symbol.dispose]() {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
