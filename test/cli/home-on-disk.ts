import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parsePolicy } from '../../src/manifest/policy.ts'
import { openManifest } from '../../src/read/open-manifest.ts'
import { verifyKeptHeads } from '../../src/read/verify-kept-heads.ts'
import { verifyManifest } from '../../src/read/verify-manifest.ts'
import { openDatabase } from '../../src/store/database.ts'
import { isTemporary } from '../../src/store/durable-directory.ts'
import { nodePrimitives as primitives } from '../../src/store/node-primitives.ts'
import { openScratchState } from '../../src/store/scratch-state.ts'

/** What a home remembers, read as it lies on the disk. */
export interface Remembered {
  readonly ids: readonly string[]
  readonly roots: readonly string[]
  readonly withdrawn: readonly string[]
  /** Statements of these types, by index. */
  readonly published: ReadonlyMap<number, { readonly id: string; readonly root: string }>
  readonly withdrawals: ReadonlyMap<number, string>
}

/** Reads the home of a program that was killed or has ended. */
export async function remembered(home: string): Promise<Remembered> {
  const db = await openDatabase(home, { readOnly: true })
  try {
    const published = new Map<number, { id: string; root: string }>()
    const withdrawals = new Map<number, string>()
    for (const { idx, bytes } of db.prepare('SELECT idx, bytes FROM entry ORDER BY idx').iterate()) {
      const statement = JSON.parse(new TextDecoder().decode(bytes as Uint8Array))
      if (statement.type === 'bundle/1') published.set(Number(idx), { id: statement.id, root: statement.root })
      if (statement.type === 'withdrawal/1') withdrawals.set(Number(idx), statement.id)
    }
    const column = (sql: string): string[] =>
      db
        .prepare(sql)
        .all()
        .map((row) => String(Object.values(row)[0]))
    return {
      ids: column('SELECT id FROM bundle ORDER BY id'),
      roots: column('SELECT root FROM version ORDER BY root'),
      withdrawn: column('SELECT id FROM bundle WHERE withdrawn_at IS NOT NULL ORDER BY id'),
      published,
      withdrawals,
    }
  } finally {
    db.close()
  }
}

/** What a stranger finds in the manifest, in this process for speed: a sound log that agrees with every head it ever had. */
export async function verifiedAsItLies(home: string): Promise<number> {
  const options = { primitives, signal: new AbortController().signal }
  const directory = join(home, 'manifest')
  const policy = parsePolicy(readFileSync(join(home, 'policy.txt'), 'utf8'), primitives.sha256)
  const manifest = await openManifest(directory, policy, options)
  using scratch = openScratchState()
  const { size, status } = await verifyManifest(manifest, { ...options, state: scratch.state, entries: scratch })
  assert.equal(status.problems, 0)
  const kept = readdirSync(join(directory, 'checkpoints')).map(Number)
  // A head is kept just before it is shown, so there may be one that is larger.
  const heads = kept.filter((one) => one <= size)
  assert.equal(await verifyKeptHeads(manifest, heads, options), heads.length)
  return size
}

/** Every file of the manifest with its bytes in hex. */
export function manifestBytes(home: string): Readonly<Record<string, string>> {
  const directory = join(home, 'manifest')
  return Object.fromEntries(
    filesBelow(directory)
      .filter((path) => !isTemporary(path.split('/').at(-1) ?? ''))
      .map((path) => [path, readFileSync(join(directory, path), 'hex')]),
  )
}

/** Nothing that was public may be gone or changed, but for the name of the newest head. */
export function assertOnlyGrew(before: Readonly<Record<string, string>>, home: string): void {
  const after = manifestBytes(home)
  for (const [path, bytes] of Object.entries(before)) {
    if (path !== 'checkpoint') assert.equal(after[path], bytes, path)
  }
}

/** What a finished run leaves behind nowhere: files under temporary names, a lock. */
export function assertTidy(...directories: readonly string[]): void {
  const left = directories.flatMap((directory) =>
    filesBelow(directory).filter((path) => /(^|\/)(\.holdfast-[^/]*\.tmp|lock\.json)$/.test(path)),
  )
  assert.deepEqual(left, [])
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(directory, join(parentPath, name)))
    .sort()
}
