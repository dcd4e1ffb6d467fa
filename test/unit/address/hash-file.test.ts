import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash, hash } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type HashedFile, openHasher } from '../../../src/address/hash-file.ts'
import { chunksIn, PROFILE } from '../../../src/address/profile.ts'
import { buildTree } from '../../../src/address/tree.ts'
import { cidText } from '../../../src/model/content-id.ts'
import vectors from '../../vectors/unixfs/files.json' with { type: 'json' }
import { bytesOf, seeded, temporary } from './samples.ts'

const MIB = PROFILE.chunkBytes
const { signal } = new AbortController()

/** What a straightforward reader makes of the same bytes. */
function expected(content: Uint8Array): { cid: string; sha256: string } {
  const chunks = Array.from({ length: chunksIn(content.length) }, (_, i) => content.subarray(i * MIB, (i + 1) * MIB))
  const digests = Buffer.concat(chunks.map((chunk) => hash('sha256', chunk, 'buffer')))
  const sha256 = createHash('sha256').update(content).digest('hex')
  return { cid: cidText(buildTree(digests, content.length).root), sha256 }
}

const found = ({ cid, sha256 }: HashedFile): { cid: string; sha256: string } => ({
  cid: cidText(cid),
  sha256: Buffer.from(sha256).toString('hex'),
})

/** A file of `chunks` MiB on disk without holding it in memory. */
function largeFile(path: string, chunks: number): void {
  const fd = openSync(path, 'w')
  for (const chunk of seeded(path, chunks * MIB)) writeSync(fd, chunk)
  closeSync(fd)
}

describe('hashing files', () => {
  for (const threads of [1, 2, 3]) {
    for (const bytes of [0, 1, MIB - 1, MIB, MIB + 1, 8 * MIB, 8 * MIB + 1, 45 * MIB + 7]) {
      it(`gives CID, SHA-256 and digests of ${bytes} bytes with ${threads} threads`, async () => {
        await using dir = await temporary()
        const path = join(dir.path, 'file')
        const content = bytesOf('hash', bytes)
        await writeFile(path, content)
        await using hasher = openHasher({ threads })
        let seen = 0
        const file = await hasher.hashFile(path, { signal, onBytes: (n) => (seen += n) })
        assert.deepEqual(found(file), expected(content))
        assert.equal(file.digests.length, chunksIn(bytes) * 32)
        assert.equal(seen, bytes)
        const cidOnly = await hasher.hashFile(path, { signal, sha256: false })
        assert.equal(cidText(cidOnly.cid), cidText(file.cid))
        assert.deepEqual(cidOnly.digests, file.digests)
        assert.equal(cidOnly.sha256.length, bytes > MIB ? 0 : 32)
      })
    }
  }

  for (const { name, seed, text, bytes, cid } of vectors.small) {
    it(`finds the published CID: ${name}`, async () => {
      await using dir = await temporary()
      const path = join(dir.path, 'file')
      await writeFile(path, text ?? bytesOf(seed, bytes))
      await using hasher = openHasher()
      assert.equal(cidText((await hasher.hashFile(path, { signal })).cid), cid)
    })
  }

  for (const sha256 of [true, false]) {
    it(`reads each byte once ${sha256 ? 'for CID and SHA-256' : 'for the CID alone'}`, async (t) => {
      const readSoFar = (): number => Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'latin1'))?.[1])
      if (process.platform !== 'linux') return t.skip('only Linux counts the bytes that a process reads')
      await using dir = await temporary()
      const [large, small] = [join(dir.path, 'large'), join(dir.path, 'small')]
      largeFile(large, 40)
      await writeFile(small, bytesOf('small', 5 * MIB))
      await using hasher = openHasher({ threads: 2 })
      // Starting a thread reads its modules.
      await Promise.all([1, 2, 3, 4].map(() => hasher.hashFile(small, { signal })))
      await hasher.hashFile(large, { signal, sha256 })
      const before = readSoFar()
      await hasher.hashFile(large, { signal, sha256 })
      await hasher.hashFile(small, { signal, sha256 })
      const read = readSoFar() - before
      assert.ok(read >= 45 * MIB && read < 45.5 * MIB, `${read} bytes were read for a file of 40 MiB and one of 5 MiB`)
    })
  }

  it('hashes many small files at once, each as itself', async () => {
    await using dir = await temporary()
    const contents = Array.from({ length: 300 }, (_, i) => bytesOf(`file ${i}`, (i * 997) % 70_000))
    const paths = contents.map((_, i) => join(dir.path, String(i)))
    await Promise.all(paths.map((path, i) => writeFile(path, contents[i] ?? '')))
    await using hasher = openHasher({ threads: 2 })
    const files = await Promise.all(paths.map((path) => hasher.hashFile(path, { signal })))
    assert.deepEqual(files.map(found), contents.map(expected))
    assert.deepEqual(
      files.map(({ path }) => path),
      paths,
    )
  })

  it('lets one bad file of many fail alone', async () => {
    await using dir = await temporary()
    const good = join(dir.path, 'good')
    await writeFile(good, 'good')
    await using hasher = openHasher({ threads: 2 })
    const outcomes = await Promise.allSettled(
      [good, join(dir.path, 'none'), dir.path, good].map((path) => hasher.hashFile(path, { signal })),
    )
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'ok' : outcome.reason.code)),
      ['ok', 'FILE_UNREADABLE', 'NOT_A_FILE', 'ok'],
    )
  })

  it('never follows a link and never waits for a FIFO', async () => {
    await using dir = await temporary()
    const [file, link, fifo] = ['file', 'link', 'fifo'].map((name) => join(dir.path, name)) as [string, string, string]
    await writeFile(file, 'x')
    await symlink(file, link)
    execFileSync('mkfifo', [fifo])
    await using hasher = openHasher({ threads: 1 })
    for (const path of [link, fifo, '/dev/null']) {
      await assert.rejects(hasher.hashFile(path, { signal }), { name: 'AddressError', code: 'NOT_A_FILE' })
    }
  })

  it('reports a file that it may not read', {
    skip: process.getuid?.() === 0 && 'root may read everything',
  }, async () => {
    await using dir = await temporary()
    const path = join(dir.path, 'file')
    await writeFile(path, 'x')
    await chmod(path, 0)
    await using hasher = openHasher({ threads: 1 })
    await assert.rejects(hasher.hashFile(path, { signal }), { code: 'FILE_UNREADABLE' })
  })

  for (const [what, change] of [
    ['grows', (path: string) => appendFileSync(path, 'more')],
    ['is cut short', (path: string) => truncateSync(path, 20 * MIB)],
    ['is removed', (path: string) => unlinkSync(path)],
    ['is written to in place', (path: string) => overwrite(path)],
  ] as const) {
    for (const sha256 of [true, false]) {
      it(`refuses a file that ${what} while it is read (${sha256 ? 'with' : 'without'} SHA-256)`, async () => {
        await using dir = await temporary()
        const path = join(dir.path, 'file')
        largeFile(path, 64)
        await using hasher = openHasher({ threads: 2 })
        let changed = false
        const onBytes = (): void => {
          if (!changed) change(path)
          changed = true
        }
        await assert.rejects(hasher.hashFile(path, { signal, sha256, onBytes }), {
          name: 'AddressError',
          code: 'FILE_CHANGED',
        })
        assert.ok(changed)
        // The threads are free again.
        largeFile(path, 9)
        assert.equal((await hasher.hashFile(path, { signal, sha256 })).bytes, 9 * MIB)
      })
    }
  }

  it('stops when told to, and goes on with the next file', async () => {
    await using dir = await temporary()
    const path = join(dir.path, 'file')
    largeFile(path, 64)
    await using hasher = openHasher({ threads: 2 })
    for (const sha256 of [true, false]) {
      const stopping = new AbortController()
      const reason = new Error('enough')
      const options = { signal: stopping.signal, sha256, onBytes: () => stopping.abort(reason) }
      await assert.rejects(hasher.hashFile(path, options), reason)
    }
    await assert.rejects(hasher.hashFile(path, { signal: AbortSignal.abort(new Error('before')) }), {
      message: 'before',
    })
    assert.equal((await hasher.hashFile(path, { signal })).bytes, 64 * MIB)
  })

  it('hashes several large files that are asked for at once', async () => {
    await using dir = await temporary()
    const paths = ['a', 'b', 'c'].map((name) => join(dir.path, name))
    for (const path of paths) largeFile(path, 12)
    await using hasher = openHasher({ threads: 2 })
    const files = await Promise.all(paths.map((path, i) => hasher.hashFile(path, { signal, sha256: i !== 1 })))
    for (const file of files) assert.equal(cidText(file.cid), expected(readFileSync(file.path)).cid)
  })

  it('refuses work when it is closed, also work under way', async () => {
    await using dir = await temporary()
    const path = join(dir.path, 'file')
    largeFile(path, 64)
    const hasher = openHasher({ threads: 2 })
    const { promise: started, resolve } = Promise.withResolvers<void>()
    const working = assert.rejects(hasher.hashFile(path, { signal, onBytes: () => resolve() }), {
      code: 'HASHER_CLOSED',
    })
    await started
    await hasher[Symbol.asyncDispose]()
    await working
    await assert.rejects(hasher.hashFile(path, { signal }), { code: 'HASHER_CLOSED' })
  })

  it('does not keep a process alive that forgot to close it', async () => {
    await using dir = await temporary()
    await mkdir(join(dir.path, 'd'))
    const path = join(dir.path, 'file')
    await writeFile(path, 'x')
    const module = new URL('../../../src/address/hash-file.ts', import.meta.url).href
    const code = `import { openHasher } from ${JSON.stringify(module)}
      const hasher = openHasher()
      const { bytes } = await hasher.hashFile(${JSON.stringify(path)}, { signal: AbortSignal.timeout(60_000) })
      process.stdout.write(String(bytes))`
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      timeout: 60_000,
    })
    assert.equal(out, '1')
  })
})

function overwrite(path: string): void {
  const fd = openSync(path, 'r+')
  writeSync(fd, 'other bytes', 30 * MIB)
  ftruncateSync(fd, 64 * MIB)
  closeSync(fd)
}
