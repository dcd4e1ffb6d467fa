import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatBytes } from '../src/cli/report/format.ts'
import type { Person } from './program.ts'
import { DEAD_LINK, HELD_LINK } from './publisher.ts'
import { tell } from './stage.ts'

/** A link to nothing that anybody ever published. */
const NEVER_LINK = 'https://www.youtube.com/watch?v=hfDemoNone1'
const POLICY = ['--policy', 'policy.txt']

/** What somebody else finds and fetches with nothing but the server's address and the policy. */
export interface Found {
  readonly id: string
  readonly root: string
  readonly videoCid: string
  /** Of the fetched video, relative to the reader's directory. */
  readonly video: string
}

export async function findAndFetch(reader: Person, directory: string, url: string): Promise<Found> {
  const there = ['--manifest', url, ...POLICY]
  const match = (await reader.holdfast(0, 'lookup', DEAD_LINK, ...there)).one('match')
  const [main] = match.files
  assert.ok(main?.role === 'video' && match.state === 'published')
  assert.deepEqual(match.originals, [{ key: 'youtube:video:hfDemoTr_06', url: DEAD_LINK }])
  tell(
    `holdfast lookup ${DEAD_LINK}`,
    `Found: bundle ${match.id}, ${main.path}, ${formatBytes(main.bytes)}. The server did not learn which link was asked for.`,
  )

  const got = await reader.holdfast(0, 'get', DEAD_LINK, ...there, '-o', 'found')
  const files = got.all('file')
  assert.ok(files.length >= 5 && files.every(({ verified }) => verified))
  const video = join('found', match.id, main.path)
  const sha256 = createHash('sha256')
    .update(await readFile(join(directory, video)))
    .digest('hex')
  assert.equal(sha256, main.sha256)
  tell(
    `holdfast get ${DEAD_LINK} -o found`,
    `${files.length} files, each block checked. ${main.path} has the SHA-256 of the log: ${sha256.slice(0, 32)}…`,
  )
  return { id: match.id, root: match.root, videoCid: main.cid, video }
}

/** The receipt, and two forgeries, with no server named: nothing here could be asked. */
export async function checkReceipt(reader: Person, directory: string, { id, video }: Found): Promise<void> {
  const proof = (await reader.holdfast(0, 'verify', 'receipt.tlog-proof', ...POLICY, '--file', video)).one('proof')
  assert.deepEqual([proof.verified, proof.file?.role, proof.witnessed], [true, 'video', []])
  assert.partialDeepStrictEqual(proof.statement, { type: 'bundle/1', id })
  tell(
    `holdfast verify receipt.tlog-proof --file ${video}`,
    `Verified offline: ${proof.checkpoint.origin} asserts that these bytes were at that link. No witness says when.`,
  )

  await writeFile(join(directory, 'forged.tlog-proof'), await forgedReceipt(join(directory, 'receipt.tlog-proof')))
  const forged = await reader.holdfast(4, 'verify', 'forged.tlog-proof', ...POLICY)
  const { code } = forged.one('problem')
  assert.equal(code, 'PROOF_INVALID')
  assert.equal(forged.all('proof').length, 0)
  tell(
    'holdfast verify forged.tlog-proof',
    `One bit of the receipt changed, so that it names hfDemoTr_07: refused, exit 4 (${code}).`,
  )

  const bytes = await readFile(join(directory, video))
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  await writeFile(join(directory, 'forged.webm'), bytes)
  const other = await reader.holdfast(4, 'verify', 'receipt.tlog-proof', ...POLICY, '--file', 'forged.webm')
  assert.equal(other.one('problem').code, 'FILE_NOT_IN_STATEMENT')
  tell(
    'holdfast verify receipt.tlog-proof --file forged.webm',
    'One bit of the video changed: refused, exit 4 (FILE_NOT_IN_STATEMENT).',
  )
}

/** Absence is proven by the same index as presence: exit 1, where an unproven answer would be exit 3. */
export async function findNothing(reader: Person, url: string): Promise<void> {
  for (const [link, lesson] of [
    [NEVER_LINK, 'Exit 1: proven by the signed index that it is not in the log; unproven would be exit 3.'],
    [HELD_LINK, 'Exit 1 as well: what was held has left no trace.'],
  ] as const) {
    const answer = await reader.holdfast(1, 'lookup', link, '--manifest', url, ...POLICY)
    assert.equal(answer.one('problem').code, 'NOT_IN_MANIFEST')
    assert.equal(answer.all('match').length, 0)
    tell(`holdfast lookup ${link}`, lesson)
  }
}

export async function findWithdrawn(reader: Person, directory: string, url: string, found: Found): Promise<void> {
  const match = (await reader.holdfast(0, 'lookup', DEAD_LINK, '--manifest', url, ...POLICY)).one('match')
  assert.deepEqual([match.id, match.state, match.files], [found.id, 'withdrawn', []])
  for (const path of [
    `/ipfs/${found.root}?format=car`,
    `/ipfs/${found.root}/video.webm`,
    `/ipfs/${found.videoCid}?format=raw`,
  ]) {
    const response = await fetch(new URL(path, url))
    await response.body?.cancel()
    assert.equal(response.status, 410, path)
  }
  assert.equal(
    (await reader.holdfast(1, 'get', DEAD_LINK, '--manifest', url, ...POLICY, '-o', 'again')).all('file').length,
    0,
  )
  tell(`holdfast lookup ${DEAD_LINK}`, 'State withdrawn, no files; the gateway answers 410 Gone.')
  await reader.holdfast(0, 'verify', 'receipt.tlog-proof', ...POLICY, '--file', found.video)
  assert.ok((await readFile(join(directory, found.video))).length > 0)
}

/** A receipt whose statement speaks of another video: '6' and '7' differ in one bit. */
async function forgedReceipt(path: string): Promise<string> {
  const text = await readFile(path, 'utf8')
  const forged = text.replace(/^extra (.+)$/m, (_line, extra: string) => {
    const statement = Buffer.from(extra, 'base64').toString('utf8')
    return `extra ${Buffer.from(statement.replace('hfDemoTr_06', 'hfDemoTr_07')).toString('base64')}`
  })
  assert.notEqual(forged, text)
  return forged
}
