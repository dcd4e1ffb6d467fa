import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { appendFileSync, truncateSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { streamHash } from '../../../../src/lbry-sdk-client/stream/descriptor.ts'
import type { EncryptedBlob } from '../../../../src/lbry-sdk-client/stream/encrypt-file.ts'
import { suggestFileName } from '../../../../src/lbry-sdk-client/stream/file-names.ts'
import { makeStream } from '../../../../src/lbry-sdk-client/stream/make-stream.ts'
import { parseDescriptor } from '../../../../src/lbry-sdk-client/stream/parse-descriptor.ts'
import fileNames from '../../../vectors/lbrynet/stream/file-names.json' with { type: 'json' }
import streams from '../../../vectors/lbrynet/stream/streams.json' with { type: 'json' }
import { bytesOf, CHUNK, countedIvs, published, temporary } from './samples.ts'

interface Vector {
  readonly name: string
  readonly text?: string
  readonly modulo251?: number
  readonly sdHash: string
  readonly sourceHash?: string
  readonly streamHash?: string
  readonly blobs: readonly { readonly length: number; readonly hash?: string; readonly bytes?: string }[]
}
const vectors: readonly Vector[] = streams.files
const key = Buffer.from(streams.key, 'hex')

function contentOf({ text, modulo251 = 0 }: Vector): Uint8Array {
  return text === undefined ? Buffer.alloc(modulo251).map((_, i) => i % 251) : Buffer.from(text)
}

describe('making a stream', () => {
  for (const vector of vectors) {
    it(`makes what lbrynet makes of ${vector.name}`, async () => {
      await using dir = await temporary()
      const path = join(dir.path, vector.name)
      await writeFile(path, contentOf(vector))
      const blobs: EncryptedBlob[] = []
      const ivs = countedIvs(vector.blobs.length + 1)
      const made = await makeStream(path, { key, ivs, onBlob: (blob) => void blobs.push(blob) })
      assert.equal(made.sdHash, vector.sdHash)
      assert.equal(hash('sha384', made.sdBlob, 'hex'), vector.sdHash)
      assert.equal(made.sizeBytes, contentOf(vector).length)
      if (vector.sourceHash !== undefined) assert.equal(made.sourceHash, vector.sourceHash)
      if (vector.streamHash !== undefined) assert.equal(streamHash(made.descriptor), vector.streamHash)
      assert.equal(blobs.length, vector.blobs.length)
      for (const [i, { length, hash: blobHash, bytes }] of vector.blobs.entries()) {
        assert.equal(blobs[i]?.bytes.length, length)
        if (blobHash !== undefined) assert.equal(blobs[i]?.hash, blobHash)
        if (bytes !== undefined) assert.equal(Buffer.from(blobs[i]?.bytes ?? []).toString('hex'), bytes)
      }
      assert.deepEqual(parseDescriptor(made.sdBlob, made.sdHash), made.descriptor)
    })
  }

  it('suggests the file names that lbrynet suggests', () => {
    for (const [name = '', expected] of fileNames) assert.equal(suggestFileName(name), expected, JSON.stringify(name))
  })

  it('shares nothing between two streams of a file but hash and size of the source', async () => {
    const content = bytesOf('twice', CHUNK + 5)
    await using one = await published(content)
    await using two = await published(content)
    const all = [...one.blobs.keys(), ...two.blobs.keys(), one.made.sdHash, two.made.sdHash]
    assert.equal(new Set(all).size, all.length)
    assert.notEqual(one.made.descriptor.key, two.made.descriptor.key)
    assert.equal(one.made.sourceHash, hash('sha384', content, 'hex'))
    assert.equal(two.made.sourceHash, one.made.sourceHash)
  })

  it('tells how far it is, and waits for whoever keeps the blobs', async () => {
    await using dir = await temporary()
    const path = join(dir.path, 'f')
    await writeFile(path, bytesOf('progress', 6 * CHUNK + 1))
    const seen: string[] = []
    await makeStream(path, {
      async onBlob({ index }) {
        await new Promise(setImmediate)
        seen.push(`blob ${index}`)
      },
      onProgress: ({ doneBytes, totalBytes }) => seen.push(`${doneBytes} of ${totalBytes}`),
    })
    const total = 6 * CHUNK + 1
    const expected = Array.from({ length: 7 }, (_, i) => [
      `blob ${i}`,
      `${Math.min(total, (i + 1) * CHUNK)} of ${total}`,
    ])
    assert.deepEqual(seen, expected.flat())
  })

  it('refuses an empty file, a directory, a pipe and what is not there', async () => {
    await using dir = await temporary()
    const empty = join(dir.path, 'empty')
    await writeFile(empty, '')
    await assert.rejects(makeStream(empty), { name: 'LbryStreamError', code: 'STREAM_FILE_EMPTY' })
    await mkdir(join(dir.path, 'folder'))
    execFileSync('mkfifo', [join(dir.path, 'pipe')])
    for (const name of ['folder', 'pipe', 'missing'])
      await assert.rejects(makeStream(join(dir.path, name)), {
        name: 'LbryStreamError',
        code: 'STREAM_FILE_UNREADABLE',
      })
  })

  it('refuses a file whose descriptor would not fit into a blob, before it reads it', async () => {
    await using dir = await temporary()
    const path = join(dir.path, 'huge')
    await writeFile(path, '')
    for (const bytes of [23e9, 2 ** 43]) {
      truncateSync(path, bytes)
      await assert.rejects(makeStream(path), { code: 'STREAM_FILE_TOO_LARGE' })
    }
  })

  it('refuses keys and IVs that cannot be right', async () => {
    await using dir = await temporary()
    const path = join(dir.path, 'f')
    await writeFile(path, 'x')
    const wrong = [{ key: Buffer.alloc(15) }, { ivs: countedIvs(1) }, { ivs: countedIvs(3) }, { ivs: [key, key] }]
    for (const options of [...wrong, { ivs: [key, Buffer.alloc(17)] }])
      await assert.rejects(makeStream(path, options), { name: 'LbryStreamError', code: 'STREAM_SECRET_INVALID' })
    await assert.rejects(makeStream(path, { name: 'n'.repeat(4097) }), { code: 'STREAM_NAME_TOO_LONG' })
  })

  it('says what can be read back when a name is not well-formed', async () => {
    await using dir = await temporary()
    const path = join(dir.path, 'f')
    await writeFile(path, 'x')
    const { sdBlob, descriptor } = await makeStream(path, { name: 'a\ud800.mp4' })
    assert.deepEqual(parseDescriptor(sdBlob), descriptor)
    assert.equal(descriptor.name, 'a\ufffd.mp4')
  })

  for (const change of [(path: string) => appendFileSync(path, 'more'), (path: string) => truncateSync(path, CHUNK)]) {
    it('notices that the file changes while it is read', async () => {
      await using dir = await temporary()
      const path = join(dir.path, 'f')
      await writeFile(path, bytesOf('changing', 8 * CHUNK))
      const onBlob = ({ index }: EncryptedBlob): void => (index === 0 ? change(path) : undefined)
      await assert.rejects(makeStream(path, { onBlob }), { name: 'LbryStreamError', code: 'STREAM_FILE_CHANGED' })
    })
  }

  it('ends with the reason of the signal, and with an error of whoever keeps the blobs', async () => {
    await using dir = await temporary()
    const path = join(dir.path, 'f')
    await writeFile(path, bytesOf('abort', 8 * CHUNK))
    const controller = new AbortController()
    const reason = new Error('enough')
    const onBlob = (): void => controller.abort(reason)
    await assert.rejects(makeStream(path, { signal: controller.signal, onBlob }), reason)
    await assert.rejects(makeStream(path, { onBlob: () => Promise.reject(reason) }), reason)
  })
})
