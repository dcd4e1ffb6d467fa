import assert from 'node:assert/strict'
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type DirectoryEntry, importDirectory } from '../../src/address/directory.ts'
import { openHasher } from '../../src/address/hash-file.ts'
import { buildTree } from '../../src/address/tree.ts'
import { cidText } from '../../src/model/content-id.ts'
import { distinctBytes } from '../fakes/served-content.ts'
import { aKubo, kubo } from './kubo.ts'

const MIB = 1_048_576
const GIB = 1024 * MIB
const { signal } = new AbortController()

function aDirectory(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-corpus-'))
  context.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function write(directory: string, name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(directory, name)), { recursive: true })
  writeFileSync(join(directory, name), content)
}

/** A file that is mostly a hole; its first and last bytes and the middle are not. */
function writeSparse(directory: string, name: string, bytes: number): void {
  const fd = openSync(join(directory, name), 'w')
  ftruncateSync(fd, bytes)
  const mark = Buffer.from(`${name} of ${bytes} bytes`)
  for (const at of [0, Math.floor(bytes / 2), bytes - mark.length]) writeSync(fd, mark, 0, mark.length, at)
  closeSync(fd)
}

/** What our program makes of a directory: the CID of each file by its path, the directory's own under `''`. */
async function ourCids(directory: string): Promise<ReadonlyMap<string, string>> {
  await using hasher = openHasher()
  const cids = new Map<string, string>()
  const entries: DirectoryEntry[] = []
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const { cid, digests, bytes } = await hasher.hashFile(path, { signal })
    entries.push({ path: relative(directory, path), cid, tsize: buildTree(digests, bytes).tsize })
    cids.set(relative(directory, path), cidText(cid))
  }
  const { root } = await importDirectory(entries, () => undefined)
  return cids.set('', cidText(root))
}

async function assertSame(context: TestContext, directory: string): Promise<void> {
  const theirs = await (await aKubo(context)).cidsOf(directory)
  const ours = await ourCids(directory)
  assert.ok(ours.size > 1)
  for (const [path, cid] of theirs) {
    if (ours.has(path)) assert.equal(ours.get(path), cid, `${path} is the same`)
  }
  // Names and content IDs of all files are in it, those that Kubo cannot print too.
  assert.equal(ours.get(''), theirs.get(''), 'the directory is the same')
}

describe('content IDs beside those of Kubo with the profile unixfs-v1-2025', { skip: kubo.skip }, () => {
  it('are the same for files of every size around an edge of a chunk', async (context) => {
    const directory = aDirectory(context)
    const sizes = [0, 1, 262_144, MIB - 1, MIB, MIB + 1, 2 * MIB - 1, 2 * MIB, 2 * MIB + 1, 10 * MIB + 17]
    for (const bytes of sizes) write(directory, `of ${bytes}`, distinctBytes(bytes, bytes + 1))
    await assertSame(context, directory)
  })

  it('are the same where a file fills one node and where it needs a second level', async (context) => {
    const directory = aDirectory(context)
    for (const bytes of [GIB, GIB + 1]) writeSparse(directory, `of ${bytes}`, bytes)
    await assertSame(context, directory)
  })

  const slow = process.env['SLOW'] === '1' ? false : 'hashes 20 GB twice; SLOW=1 runs it'
  it('are the same where a size needs its 32nd or 33rd bit', { skip: slow }, async (context) => {
    const directory = aDirectory(context)
    for (const bytes of [2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 3 * GIB + 5, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1])
      writeSparse(directory, `of ${bytes}`, bytes)
    await assertSame(context, directory)
  })

  it('are the same for names in every script, and in the order of their bytes', async (context) => {
    const directory = aDirectory(context)
    for (const name of NAMES) write(directory, name, `the file ${name}`)
    await assertSame(context, directory)
  })

  it('are the same for a directory of 5,000 files, and for one where each name is as long as a name may be', async (context) => {
    const directory = aDirectory(context)
    for (let n = 0; n < 5_000; n += 1) write(directory, `many/айғақ ${n}.vtt`, `${n}`)
    for (let n = 0; n < 1_100; n += 1) write(directory, `long/${`${n}`.padStart(255, 'x')}`, `${n}`)
    await assertSame(context, directory)
  })

  it('are the same on both sides of the size at which a directory is sharded', async (context) => {
    const directory = aDirectory(context)
    // A link takes 46 bytes and its name: 1,092 of 240 bytes and the node's own 4 are 60 below 262,144, the last size that
    // is not sharded.
    for (const longer of [59, 60, 61]) {
      for (let n = 0; n < 1_092; n += 1)
        write(directory, `${longer}/${`${n}`.padStart(n < longer ? 195 : 194, 'x')}`, 'x')
    }
    await assertSame(context, directory)
  })
})

const NAMES = [
  'Дала дауысы (үлгі).mp4',
  'Кардешімнен хабар жоқ ⧸ 1. бөлім',
  'دادامنىڭ خېتى.vtt',
  'مقابلة ١٢٣.webm',
  '我的哥哥在哪里？.json',
  '我的哥哥在哪裡.json',
  'İstanbul ıçğöşü.txt',
  'שלום',
  'ภาษาไทย',
  'हिन्दी',
  'e\u0301 decomposed',
  '\u00E9 composed',
  // After each other by UTF-16 units, before each other by bytes.
  '\u{1F4F7} camera',
  '\uFF5E wide tilde',
  '\u{10FFFF}',
  '\u202Eright to left',
  '\u200Bno width',
  '.hidden',
  '-dash',
  ' space ',
  '#%25?&=+;"\'`$*<>|',
  'a/b/c/d',
  'a/B/c',
  'a b',
  'A',
  'x'.repeat(255),
  'ж'.repeat(127),
]
