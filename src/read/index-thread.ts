import { Worker } from 'node:worker_threads'
import type { IndexSkeletons } from '../manifest/index-skeletons.ts'

/** Sources run as `.ts`, the package as `.js`; the compiler does not rewrite URLs. */
const BODY = new URL(import.meta.url.endsWith('.ts') ? './index-worker.ts' : './index-worker.js', import.meta.url)

export interface IndexTask {
  /** A manifest directory on this machine. */
  readonly directory: string
  /** Verified. */
  readonly head: { readonly size: number; readonly root: Uint8Array }
}

/** Files of an index that are read in a thread of their own. */
export interface IndexThread extends AsyncDisposable {
  /** What they say, or nothing when something is wrong with them, or with the thread. Does not fail. */
  readonly skeletons: Promise<IndexSkeletons | undefined>
}

export function startIndexThread(task: IndexTask, signal: AbortSignal): IndexThread {
  // Without the options of the process: some, such as `--input-type`, would keep the thread from starting.
  const worker = new Worker(BODY, { execArgv: [], workerData: task })
  const { promise, resolve } = Promise.withResolvers<IndexSkeletons | undefined>()
  worker.on('message', resolve)
  worker.on('error', () => resolve(undefined))
  worker.on('exit', () => resolve(undefined))
  const stop = (): void => void worker.terminate()
  signal.addEventListener('abort', stop, { once: true })
  return {
    skeletons: promise,
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', stop)
      await worker.terminate()
    },
  }
}
