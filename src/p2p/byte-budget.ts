interface Waiting {
  readonly bytes: number
  readonly resolve: () => void
}

/** Bytes that may be held at once, lent first come, first served. */
export class ByteBudget {
  readonly #total: number
  readonly #waiting: Waiting[] = []
  #lent = 0

  /** @param total - what is asked for at once is never more; a larger wish is cut to it, or it would wait for ever. */
  constructor(total: number) {
    this.#total = total
  }

  get lentBytes(): number {
    return this.#lent
  }

  /** Resolves once the bytes are lent; call what it resolves to once, to give them back. Rejects when `signal` aborts before. */
  async take(wished: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    const bytes = Math.min(wished, this.#total)
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = { bytes, resolve: () => resolve(signal.removeEventListener('abort', onAbort)) }
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
        reject(signal.reason)
        this.#lend()
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(waiting)
      this.#lend()
    })
    return () => {
      this.#lent -= bytes
      this.#lend()
    }
  }

  #lend(): void {
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      if (this.#lent + next.bytes > this.#total) return
      this.#waiting.shift()
      this.#lent += next.bytes
      next.resolve()
    }
  }
}
