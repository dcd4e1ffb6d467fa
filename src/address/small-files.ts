import type { HashOutcome } from './hash-task.ts'
import type { ThreadPool } from './thread-pool.ts'

/** Files that travel to a thread in one message: a message costs as much as hashing a few kilobytes. */
const BATCH = 32

interface Job {
  readonly path: string
  readonly sha256: boolean
  readonly signal: AbortSignal
  readonly resolve: (outcome: HashOutcome) => void
  readonly reject: (reason: unknown) => void
}

/** Gathers small files that are asked for at the same time and sends them to the threads in batches. */
export class SmallFiles {
  readonly #pool: ThreadPool
  readonly #waiting: Job[] = []
  #sending = 0

  constructor(pool: ThreadPool) {
    this.#pool = pool
  }

  /** Resolves with what became of the file; rejects only when the signal or the pool ended the work. */
  hash(path: string, options: { readonly signal: AbortSignal; readonly sha256: boolean }): Promise<HashOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ path, ...options, resolve, reject })
      if (this.#sending < this.#pool.size) void this.#send()
    })
  }

  async #send(): Promise<void> {
    this.#sending++
    // Calls made in the same turn travel together.
    await Promise.resolve()
    while (this.#waiting.length > 0) await this.#sendBatch()
    this.#sending--
  }

  async #sendBatch(): Promise<void> {
    let batch: Job[] = []
    try {
      await this.#pool.use(1, async ([thread]) => {
        batch = this.#take()
        const jobs = batch.map(({ path, sha256 }) => ({ path, sha256 }))
        const reply = jobs.length > 0 ? await thread?.run({ kind: 'files', jobs }) : undefined
        const outcomes = reply?.kind === 'files' ? reply.outcomes : []
        for (const [i, job] of batch.entries()) settle(job, outcomes[i])
      })
    } catch (error) {
      // Before a batch was taken only the pool can have failed, and it fails for all.
      for (const job of batch.length > 0 ? batch : this.#waiting.splice(0)) job.reject(error)
    }
  }

  /** The next batch: a fair share of what waits, so that no thread is idle while another has all the work. */
  #take(): Job[] {
    const share = Math.ceil(this.#waiting.length / this.#pool.size)
    const taken = this.#waiting.splice(0, Math.min(BATCH, share))
    for (const { signal, reject } of taken) if (signal.aborted) reject(signal.reason)
    return taken.filter(({ signal }) => !signal.aborted)
  }
}

function settle(job: Job, outcome: HashOutcome | undefined): void {
  if (job.signal.aborted) job.reject(job.signal.reason)
  else if (outcome === undefined) job.reject(new Error('a thread answered something else than it was asked'))
  else job.resolve(outcome)
}
