import { Worker } from 'node:worker_threads'
import { AddressError } from './errors.ts'
import type { HashReply, HashTask } from './hash-task.ts'

/** Sources run as `.ts`, the package as `.js`; the compiler does not rewrite URLs. */
const BODY = new URL(import.meta.url.endsWith('.ts') ? './hash-worker.ts' : './hash-worker.js', import.meta.url)

/** A thread that does one task at a time. It keeps the process alive only while it works. */
export interface HashThread {
  run(task: HashTask, onBytes?: (bytes: number) => void): Promise<Exclude<HashReply, { kind: 'progress' }>>
}

interface Waiting {
  readonly count: number
  readonly resolve: (threads: HashThread[]) => void
  readonly reject: (reason: unknown) => void
}

/** Threads that are started when first needed and handed out first come, first served. */
export class ThreadPool implements AsyncDisposable {
  readonly size: number
  readonly #workers = new Map<HashThread, Worker>()
  readonly #idle: HashThread[] = []
  readonly #queue: Waiting[] = []
  #closed = false

  constructor(size: number) {
    this.size = size
  }

  /**
   * Lends `count` threads (at most `size`) to `work` and takes them back after it.
   *
   * @throws {AddressError} `HASHER_CLOSED` when the pool is closed before or while the threads work.
   */
  async use<T>(count: number, work: (threads: readonly HashThread[]) => Promise<T>): Promise<T> {
    const threads = await this.#take(count)
    try {
      return await work(threads)
    } finally {
      // One that died is not in the map any more; #lend starts another in its place.
      this.#idle.push(...threads.filter((thread) => this.#workers.has(thread)))
      this.#lend()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    for (const waiting of this.#queue.splice(0)) waiting.reject(closed())
    await Promise.all([...this.#workers.values()].map((worker) => worker.terminate()))
  }

  #take(count: number): Promise<HashThread[]> {
    if (this.#closed) return Promise.reject(closed())
    return new Promise((resolve, reject) => {
      this.#queue.push({ count, resolve, reject })
      this.#lend()
    })
  }

  #lend(): void {
    for (let next = this.#queue[0]; next !== undefined && !this.#closed; next = this.#queue[0]) {
      while (this.#idle.length < next.count && this.#workers.size < this.size) this.#idle.push(this.#start())
      if (this.#idle.length < next.count) return
      this.#queue.shift()
      next.resolve(this.#idle.splice(0, next.count))
    }
  }

  #start(): HashThread {
    // Without the options of the process: some, such as `--input-type`, would keep the thread from starting.
    const worker = new Worker(BODY, { execArgv: [] })
    worker.unref()
    // Faults are seen by the task that is running; a thread without a task that dies is only forgotten.
    worker.on('error', () => undefined)
    worker.on('exit', () => {
      this.#workers.delete(thread)
      const place = this.#idle.indexOf(thread)
      if (place >= 0) this.#idle.splice(place, 1)
    })
    const thread: HashThread = { run: (task, onBytes) => this.#run(worker, task, onBytes) }
    this.#workers.set(thread, worker)
    return thread
  }

  async #run(
    worker: Worker,
    task: HashTask,
    onBytes?: (bytes: number) => void,
  ): Promise<Exclude<HashReply, { kind: 'progress' }>> {
    const { promise, resolve, reject } = Promise.withResolvers<Exclude<HashReply, { kind: 'progress' }>>()
    const onReply = (reply: HashReply): void => (reply.kind === 'progress' ? onBytes?.(reply.bytes) : resolve(reply))
    const onExit = (): void => reject(closed())
    worker.on('message', onReply).on('error', reject).on('exit', onExit)
    worker.ref()
    worker.postMessage(task)
    try {
      return await promise
    } finally {
      // While the pool is closed, only the thread's end keeps the process alive to see it.
      if (!this.#closed) worker.unref()
      worker.off('message', onReply).off('error', reject).off('exit', onExit)
    }
  }
}

function closed(): AddressError {
  return new AddressError('HASHER_CLOSED', 'the hashing threads were closed before this file was done')
}
