import assert from 'node:assert/strict'
import { createCipheriv, hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { hasUsualChunks, isChunkOf } from '../../../../src/lbry-sdk-client/stream/chunks.ts'
import { type BlobSource, decryptBlobs } from '../../../../src/lbry-sdk-client/stream/decrypt-blobs.ts'
import { type ExpectedFile, verifyBlobs } from '../../../../src/lbry-sdk-client/stream/verify-blobs.ts'
import { bytesOf, CHUNK, type Published, published } from './samples.ts'

const content = bytesOf('blobs', 5 * CHUNK + 100)
const expected: ExpectedFile = {
  sizeBytes: content.length,
  sha256: hash('sha256', content, 'hex'),
  sha384: hash('sha384', content, 'hex'),
}

/** A source that does with blob 1 as it is told. */
function sourceOf(
  { blobs }: Published,
  second: (bytes: Uint8Array) => ReturnType<BlobSource> = async (b) => b,
): BlobSource {
  const names = [...blobs.keys()]
  return async (blob) => {
    const bytes = blobs.get(blob.hash) ?? Buffer.of()
    return blob.hash === names[1] ? second(bytes) : bytes
  }
}

async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

describe('verifying the blobs of a stream', async () => {
  const stream = await published(content)
  after(async () => stream[Symbol.asyncDispose]())
  const { descriptor } = stream.made

  it('reads them from files as well as from memory', async () => {
    for (const [name, bytes] of stream.blobs) await writeFile(join(stream.dir, name), bytes)
    const files: BlobSource = async (blob, { signal }) => createReadStream(join(stream.dir, blob.hash), { signal })
    assert.deepEqual(await verifyBlobs(descriptor, files, expected), { equal: true, sizeBytes: content.length })
    assert.equal(Buffer.compare(await collected(decryptBlobs(descriptor, sourceOf(stream))), content), 0)
    const missing: BlobSource = async (blob, { signal }) =>
      createReadStream(join(stream.dir, `no ${blob.hash}`), { signal })
    const verdict = await verifyBlobs(descriptor, missing, expected)
    assert.equal(verdict.equal === false && verdict.why, 'unavailable')
  })

  it('gets only the blobs that are wanted, in their order', async () => {
    const asked: string[] = []
    const source: BlobSource = async (blob) => {
      asked.push(blob.hash)
      return stream.blobs.get(blob.hash) ?? Buffer.of()
    }
    const chunks = await collected(decryptBlobs(descriptor, source, { only: [1, 4, 5] }))
    const wanted = [1, 4, 5].map((n) => content.subarray(n * CHUNK, (n + 1) * CHUNK))
    assert.equal(Buffer.compare(chunks, Buffer.concat(wanted)), 0)
    assert.deepEqual(
      asked,
      [1, 4, 5].map((n) => descriptor.blobs[n]?.hash),
    )
    assert.equal((await collected(decryptBlobs(descriptor, source, { only: [] }))).length, 0)
    await assert.rejects(collected(decryptBlobs(descriptor, source, { only: [6] })), RangeError)
  })

  it('knows a chunk without its blob, and no other one', async () => {
    assert.ok(hasUsualChunks(descriptor))
    assert.ok(!hasUsualChunks({ ...descriptor, blobs: descriptor.blobs.toReversed() }))
    const chunk = new Uint8Array(content.subarray(CHUNK, 2 * CHUNK))
    assert.ok(await isChunkOf(descriptor, 1, chunk))
    assert.ok(await isChunkOf(descriptor, 5, new Uint8Array(content.subarray(5 * CHUNK))))
    assert.ok(!(await isChunkOf(descriptor, 2, chunk)))
    assert.ok(!(await isChunkOf(descriptor, 6, chunk)))
    assert.ok(!(await isChunkOf(descriptor, 1, chunk.subarray(1))))
    chunk[CHUNK - 1] = (chunk[CHUNK - 1] ?? 0) ^ 1
    assert.ok(!(await isChunkOf(descriptor, 1, chunk)))
  })

  const faults: Readonly<
    Record<string, readonly [code: string, second: (bytes: Uint8Array) => ReturnType<BlobSource>]>
  > = {
    'is not there': ['STREAM_BLOB_UNAVAILABLE', () => Promise.reject(new Error('404'))],
    'is cut short': ['STREAM_BLOB_WRONG', async (bytes) => bytes.subarray(0, -1)],
    'is too long': ['STREAM_BLOB_WRONG', async (bytes) => Buffer.concat([bytes, Buffer.of(0)])],
    'has another byte': [
      'STREAM_BLOB_WRONG',
      async (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.of(0, 0)]).subarray(0, bytes.length),
    ],
    'is another blob': ['STREAM_BLOB_WRONG', async () => [...stream.blobs.values()][0] ?? Buffer.of()],
    'breaks off': [
      'STREAM_BLOB_UNAVAILABLE',
      async (bytes) =>
        (async function* () {
          yield bytes.subarray(0, 100)
          throw new Error('connection lost')
        })(),
    ],
  }
  for (const [what, [code, second]] of Object.entries(faults)) {
    it(`says so when a blob ${what}`, async () => {
      const verdict = await verifyBlobs(descriptor, sourceOf(stream, second), expected)
      assert.ok(!verdict.equal)
      assert.equal(verdict.why, code === 'STREAM_BLOB_WRONG' ? 'damaged' : 'unavailable')
      assert.match(verdict.error?.message ?? '', /^blob 1 /)
      await assert.rejects(collected(decryptBlobs(descriptor, sourceOf(stream, second))), {
        name: 'LbryStreamError',
        code,
      })
    })
  }

  it('takes no more from an endless source than the blob has', async () => {
    let given = 0
    const endless = async (): Promise<AsyncIterable<Uint8Array>> =>
      (async function* () {
        for (;;) {
          given += 65_536
          yield new Uint8Array(65_536)
        }
      })()
    const verdict = await verifyBlobs(descriptor, sourceOf(stream, endless), expected)
    assert.equal(verdict.equal === false && verdict.why, 'damaged')
    assert.ok(given <= 2_097_152 + 65_536)
  })

  it('finds another file behind sound blobs', async () => {
    const source = sourceOf(stream)
    const other = hash('sha256', 'other', 'hex')
    const { sizeBytes, sha384 = '' } = expected
    assert.deepEqual(await verifyBlobs(descriptor, source, { sizeBytes, sha256: other }), {
      equal: false,
      why: 'content',
    })
    assert.deepEqual(await verifyBlobs(descriptor, source, { sizeBytes, sha256: other, sha384 }), {
      equal: false,
      why: 'content',
    })
    const wrong = { sizeBytes, sha384: hash('sha384', 'other', 'hex') }
    for (const one of [wrong, { ...expected, ...wrong }])
      assert.deepEqual(await verifyBlobs(descriptor, source, one), { equal: false, why: 'content' })
    for (const off of [-1, 1, -CHUNK])
      assert.deepEqual(await verifyBlobs(descriptor, source, { ...expected, sizeBytes: sizeBytes + off }), {
        equal: false,
        why: 'size',
      })
  })

  it('refuses padding that is not PKCS#7 although the hash is right', async () => {
    const key = Buffer.alloc(16, 1)
    const cipher = createCipheriv('aes-128-cbc', key, Buffer.alloc(16)).setAutoPadding(false)
    // 15 zeros and a 2: the last byte says two bytes of padding and the one before it is no 2.
    const bytes = Buffer.concat([cipher.update(Buffer.from('00000000000000000000000000000002', 'hex')), cipher.final()])
    const blob = { hash: hash('sha384', bytes, 'hex'), iv: '0'.repeat(32), length: 16 }
    const bad = { ...descriptor, key: key.toString('hex'), blobs: [blob] }
    await assert.rejects(collected(decryptBlobs(bad, async () => bytes)), { code: 'STREAM_BLOB_WRONG' })
  })

  it('asks for no more than a few blobs ahead, and stops asking when its reader stops', async () => {
    let asked = 0
    let stopped = false
    const source: BlobSource = async (blob, { signal }) => {
      asked += 1
      signal.addEventListener('abort', () => (stopped = true))
      return stream.blobs.get(blob.hash) ?? Buffer.of()
    }
    const chunks = decryptBlobs(descriptor, source, { ahead: 2 })
    await chunks.next()
    assert.equal(asked, 2)
    await chunks.return()
    assert.equal(stopped, true)
    assert.equal(asked, 2)
  })

  it('ends with the reason of the signal even when the source never answers', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    const never: BlobSource = () => new Promise(() => {})
    const verdict = verifyBlobs(descriptor, never, expected, { signal: controller.signal })
    setImmediate(() => controller.abort(reason))
    await assert.rejects(verdict, reason)
  })

  it('cannot be asked without a hash', async () => {
    const nothing = JSON.parse(`{"sizeBytes":${content.length}}`)
    await assert.rejects(verifyBlobs(descriptor, sourceOf(stream), nothing), TypeError)
  })
})
