import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHasher } from '../../../src/address/hash-file.ts'
import type { Access } from '../../../src/intake/layout.ts'
import { ytDlpLayout } from '../../../src/intake/layouts/yt-dlp.ts'
import { add } from '../../../src/pipeline/add.ts'
import type { PipelineEvent } from '../../../src/pipeline/events.ts'
import { heldBundles } from '../../../src/pipeline/held-bundles.ts'
import type { Home } from '../../../src/pipeline/home.ts'
import { initialise } from '../../../src/pipeline/init.ts'
import { openHome } from '../../../src/pipeline/open-home.ts'
import { openLog } from '../../../src/pipeline/open-log.ts'
import { type Plan, planPublication } from '../../../src/pipeline/plan.ts'
import { publish } from '../../../src/pipeline/publish.ts'
import { type WithdrawOptions, withdraw } from '../../../src/pipeline/withdraw.ts'
import type { LogWriter } from '../../../src/record/log-writer.ts'
import { embeddedEngine } from '../../../src/replicate/embedded.ts'
import { aVideo, type VideoOptions } from '../../fakes/yt-dlp-folder.ts'

/** A home and an archive beside it, driven through the pipeline itself; gone after the test. */
export interface Installation {
  readonly archive: string
  readonly home: Home
  /** Everything that the pipeline said, oldest first. */
  readonly events: PipelineEvent[]
  readonly notes: string[]
  /** Writes an item into a folder below the archive. */
  video(options: VideoOptions, folder?: string): void
  /** Adds the archive; answers with what became of each bundle that was looked at. */
  add(access?: Access): Promise<readonly Added[]>
  plan(): Promise<Plan>
  publish(): Promise<void>
  openLog(): Promise<LogWriter>
  withdraw(id: string, options?: Partial<WithdrawOptions>): ReturnType<typeof withdraw>
}

export type Added = Extract<PipelineEvent, { type: 'bundle' }>

const { signal } = new AbortController()

/** A test's context, or the file's own `after`. */
interface Ending {
  after(clean: () => Promise<void>): void
}

export async function anInstallation(context: Ending): Promise<Installation> {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-pipeline-')))
  const world = {
    config: { stateDirectory: join(path, 'state'), manifest: { urls: [] } },
    askPassphrase: async (): Promise<string> => '',
  }
  await initialise(join(path, 'home'), {
    ...{ origin: 'archive.example/testimony', passphrase: undefined, approvers: [], threshold: 1, config: '' },
    ...{ stateDirectory: world.config.stateDirectory, signal },
  })
  const home = await openHome(join(path, 'home'), { write: 'test' })
  context.after(async () => {
    await home[Symbol.asyncDispose]()
    rmSync(path, { recursive: true, force: true })
  })
  const archive = join(path, 'archive')
  const events: PipelineEvent[] = []
  const notes: string[] = []
  const onEvent = (event: PipelineEvent): void => void events.push(event)
  const openTheLog = (): Promise<LogWriter> => openLog(home, world, { offline: false, onEvent })
  const plan = (): Promise<Plan> => planPublication(home, { signal, stopping: signal, onItem: () => undefined })
  return {
    ...{ archive, home, events, notes, plan, openLog: openTheLog },
    video: (options, folder = '') => void aVideo(join(archive, folder), options),
    async add(access) {
      await using hasher = openHasher({ threads: 1 })
      const from = events.length
      const decided = access === undefined ? {} : { decided: { access, by: 'archivist' } }
      const options = { layouts: [ytDlpLayout], hasher, dryRun: false, signal, stopping: signal, onEvent, ...decided }
      await add(home, [archive], options)
      return events.slice(from).filter((event) => event.type === 'bundle')
    },
    async publish() {
      const engines = [embeddedEngine(heldBundles(home))]
      await publish(home, await plan(), { engines, log: await openTheLog(), signal, stopping: signal, onEvent })
    },
    withdraw: (id, options = {}) =>
      withdraw(home, [id], {
        ...{ reason: 'publisher', by: 'archivist', note: '', openLog: openTheLog, defer: false, signal },
        onWithdrawn: (withdrawn, index) => onEvent({ type: 'withdrawn', id: withdrawn, index }),
        onNote: (note) => void notes.push(note),
        ...options,
      }),
  }
}

/** The only bundle of an answer. */
export function only<T>(items: readonly T[]): T {
  const [item, ...more] = items
  if (item === undefined || more.length > 0) throw new RangeError(`${items.length} instead of one`)
  return item
}
