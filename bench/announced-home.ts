import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encode } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { atomically } from '../src/address/atomically.ts'
import { keepHeapSmall } from '../src/cli/small-heap.ts'
import type { BundleStatement } from '../src/manifest/statement-types.ts'
import { cidText, dagPbCid, parseCid } from '../src/model/content-id.ts'
import { updateRoot } from '../src/pipeline/announce/update-root.ts'
import { openLogWith } from '../src/pipeline/open-log.ts'
import { type Home, openHome } from '../src/pipeline.ts'
import type { LogWriter } from '../src/record/log-writer.ts'
import { openKey } from '../src/store/keys.ts'
import { nodePrimitives } from '../src/store/node-primitives.ts'
import { transaction } from '../src/store/transaction.ts'
import { makeHome, makeStatement, STATEMENTS, stateDirectoryOf } from './log-home.ts'

const BATCH = 1024
const calm = new AbortController().signal

/** A home that has announced 30,000 made bundles, whose directories it has; made once, in a process of its own because of its memory. */
export function announcedHome(dir: string): string {
  const parent = join(dir, 'announced')
  if (!existsSync(parent))
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), parent], { stdio: 'inherit' })
  return join(parent, 'home')
}

/** Shows a head over one more bundle and announces nothing; in a process of its own, because that reads the whole log. */
export function publishOneMore(home: string): void {
  execFileSync(process.execPath, [fileURLToPath(import.meta.url), home, 'more'], { stdio: 'inherit' })
}

/** Runs `write` with the home and its log, whose heads are not announced by themselves. */
async function withBareLog<T>(directory: string, write: (home: Home, log: LogWriter) => Promise<T>): Promise<T> {
  await using home = await openHome(directory, { write: 'bench' })
  const world = {
    config: { stateDirectory: stateDirectoryOf(directory), manifest: { urls: [] } },
    askPassphrase: async () => '',
  }
  const { key } = await openKey(home.paths.logKey, world.askPassphrase)
  return await write(home, await openLogWith(home, world, key, { offline: true, onEvent: () => undefined }))
}

/** Sequences made bundles, each with the directory that its root names. */
function sequenceBundles(home: Home, log: LogWriter, count: number, seed: string): void {
  for (let at = 0; at < count; at += BATCH) {
    transaction(home.db, () => {
      for (let i = at; i < Math.min(count, at + BATCH); i += 1)
        atomically(home.db, () => log.sequence(withDirectory(home, makeStatement(`${seed} ${i}`))))
    })
  }
}

async function make(parent: string): Promise<void> {
  mkdirSync(`${parent}.part`)
  await withBareLog(await makeHome(`${parent}.part`), async (home, log) => {
    sequenceBundles(home, log, STATEMENTS, 'first')
    await log.announce(calm)
    await updateRoot(home)
  })
  renameSync(`${parent}.part`, parent)
}

function withDirectory(home: Home, statement: BundleStatement): BundleStatement {
  const Links = statement.files.map(({ path, cid, bytes }) => ({ Name: path, Hash: parseCid(cid), Tsize: bytes }))
  const block = encode({ Data: new UnixFS({ type: 'directory' }).marshal(), Links })
  const root = dagPbCid(nodePrimitives.sha256(block))
  home.content.putSmall(root, block)
  return { ...statement, root: cidText(root) }
}

if (import.meta.main) {
  keepHeapSmall()
  const [where = '', more] = process.argv.slice(2)
  if (more === undefined) await make(where)
  else {
    await withBareLog(where, async (home, log) => {
      sequenceBundles(home, log, 1, `more ${home.now()} ${process.pid}`)
      await log.announce(calm)
    })
  }
}
