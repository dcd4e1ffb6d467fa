import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { atomically } from '../src/address/atomically.ts'
import { PROFILE } from '../src/address/profile.ts'
import type { BundleStatement } from '../src/manifest/statement-types.ts'
import { newBundleId } from '../src/model/bundle-id.ts'
import { cidText, dagPbCid } from '../src/model/content-id.ts'
import { openLog } from '../src/pipeline/open-log.ts'
import { type Home, initialise, openHome } from '../src/pipeline.ts'
import type { LogWriter } from '../src/record/log-writer.ts'
import { transaction } from '../src/store/transaction.ts'

export const ORIGIN = 'bench.example/testimony'
export const STATEMENTS = 30_000
/** As `publish` does it: one flush to disk for so many statements. */
const BATCH = 1024

/** Makes a home with an empty catalogue and a log that is its genesis; `parent` must be an empty directory. */
export async function makeHome(parent: string): Promise<string> {
  const home = join(parent, 'home')
  await initialise(home, {
    origin: ORIGIN,
    passphrase: undefined,
    approvers: [],
    threshold: 1,
    config: '',
    stateDirectory: stateDirectoryOf(home),
    signal: new AbortController().signal,
  })
  return home
}

/** Where the second record of a home's newest head lies: below this directory, as XDG_STATE_HOME has it. */
export function stateDirectoryOf(home: string): string {
  return join(home, '../state/holdfast')
}

/** Runs `write` with the home and its log open for writing. */
export async function withLog<T>(directory: string, write: (home: Home, log: LogWriter) => Promise<T>): Promise<T> {
  await using home = await openHome(directory, { write: 'bench' })
  const world = {
    config: { stateDirectory: stateDirectoryOf(directory), manifest: { urls: [] } },
    askPassphrase: async () => '',
  }
  return await write(home, await openLog(home, world, { offline: true, onEvent: () => undefined }))
}

/**
 * Sequences `count` made statements in batches, as `publish` does after replication.
 *
 * @returns seconds; making the statements is not counted.
 */
export function sequenceMade(home: Home, log: LogWriter, count: number, seed: string): number {
  let seconds = 0
  for (let at = 0; at < count; at += BATCH) {
    const statements = Array.from({ length: Math.min(BATCH, count - at) }, (_, i) => makeStatement(`${seed} ${at + i}`))
    const start = performance.now()
    transaction(home.db, () => {
      for (const statement of statements) atomically(home.db, () => log.sequence(statement))
    })
    seconds += (performance.now() - start) / 1000
  }
  return seconds
}

/** A home with a log of 30,000 made statements under one head; made once, in a process of its own because of its memory. */
export function loggedHome(dir: string): string {
  const parent = join(dir, 'logged')
  if (!existsSync(parent))
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), parent], { stdio: 'inherit' })
  return join(parent, 'home')
}

/** Key of the first original of statement `i` of that seed. */
export function keyOf(seed: string, i: number): string {
  return `youtube:video:${videoOf(`${seed} ${i}`)}`
}

/** A statement as a YouTube archive has them, some 850 bytes: the video, its page, and its page on another platform. */
export function makeStatement(name: string): BundleStatement {
  const digest = (part: string): Buffer => createHash('sha256').update(`${name} ${part}`).digest()
  const video = videoOf(name)
  const bytes = 50_000_000 + digest('bytes').readUInt32BE()
  return {
    type: 'bundle/1',
    at: '2026-09-01T12:00:00Z',
    id: newBundleId((length) => digest('id').subarray(0, length)),
    root: cidText(dagPbCid(digest('root'))),
    profile: PROFILE.name,
    bytes,
    files: [
      {
        path: 'video.mp4',
        cid: cidText(dagPbCid(digest('video'))),
        bytes,
        sha256: digest('content').toString('hex'),
        mediaType: 'video/mp4',
        role: 'video',
      },
    ],
    filesSha256: digest('files').toString('hex'),
    fileCount: 4,
    originals: [
      {
        key: `youtube:video:${video}`,
        url: `https://www.youtube.com/watch?v=${video}`,
        publishedAt: '2019-03-14T15:00:00Z',
      },
      {
        key: `vk:video:-7183114_${digest('page').readUInt32BE()}`,
        url: `https://vk.com/video-7183114_${digest('page').readUInt32BE()}`,
      },
    ],
    commitment: digest('commitment').toString('hex'),
  }
}

function videoOf(name: string): string {
  return createHash('sha256').update(`${name} youtube`).digest('base64url').slice(0, 11)
}

if (import.meta.main) {
  const [parent = ''] = process.argv.slice(2)
  mkdirSync(`${parent}.part`)
  await withLog(await makeHome(`${parent}.part`), async (home, log) => {
    sequenceMade(home, log, STATEMENTS, 'first')
    await log.announce(new AbortController().signal)
  })
  renameSync(`${parent}.part`, parent)
}
