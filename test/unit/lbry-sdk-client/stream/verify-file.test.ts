import assert from 'node:assert/strict'
import { createCipheriv, hash } from 'node:crypto'
import { appendFileSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { StreamDescriptor } from '../../../../src/lbry-sdk-client/stream/descriptor.ts'
import { parseDescriptor } from '../../../../src/lbry-sdk-client/stream/parse-descriptor.ts'
import { verifyBlobs } from '../../../../src/lbry-sdk-client/stream/verify-blobs.ts'
import { rebuildBlobs, verifyFile } from '../../../../src/lbry-sdk-client/stream/verify-file.ts'
import { bytesOf, CHUNK, published, slow } from './samples.ts'

/** Sizes around the edges of AES blocks and blobs. */
const EDGES = [1, 15, 16, 17, CHUNK - 16, CHUNK - 1, CHUNK, CHUNK + 1, 2 ** 21, 2 * CHUNK, 2 * CHUNK + 1, 5 * CHUNK]

describe('verifying a file against a descriptor', () => {
  for (const bytes of EDGES) {
    it(`finds ${bytes} bytes equal by both ways, makes the blobs again, and finds a changed byte`, async () => {
      const content = bytesOf(`edge ${bytes}`, bytes)
      await using stream = await published(content)
      const descriptor = parseDescriptor(stream.made.sdBlob, stream.made.sdHash)
      const sourceHash = hash('sha384', content, 'hex')
      assert.deepEqual(await verifyFile(stream.path, descriptor), { equal: true, sizeBytes: bytes })
      assert.deepEqual(await verifyFile(stream.path, descriptor, { sourceHash: true }), {
        equal: true,
        sizeBytes: bytes,
        sourceHash,
      })
      const rebuilt: string[] = []
      for await (const blob of rebuildBlobs(stream.path, descriptor)) {
        assert.equal(Buffer.compare(blob.bytes, stream.blobs.get(blob.hash) ?? Buffer.of()), 0)
        rebuilt.push(blob.hash)
      }
      assert.deepEqual(rebuilt, [...stream.blobs.keys()])
      const fromMap = async (blob: { hash: string }): Promise<Uint8Array> => stream.blobs.get(blob.hash) ?? Buffer.of()
      const all = { sizeBytes: bytes, sha384: sourceHash, sha256: hash('sha256', content, 'hex') }
      assert.deepEqual(await verifyBlobs(descriptor, fromMap, all), { equal: true, sizeBytes: bytes })
      content[bytes - 1] = (content[bytes - 1] ?? 0) ^ 1
      await writeFile(stream.path, content)
      const blob = Math.ceil(bytes / CHUNK) - 1
      assert.deepEqual(await verifyFile(stream.path, descriptor), { equal: false, why: 'content', blob })
    })
  }

  it('holds for files of any size with any byte changed', async () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: CHUNK - 40, max: CHUNK + 40 }))
    const property = fc.asyncProperty(size, fc.nat(), fc.integer({ min: 1, max: 255 }), async (bytes, where, mask) => {
      const content = bytesOf('any', bytes)
      await using stream = await published(content)
      assert.equal((await verifyFile(stream.path, stream.made.descriptor)).equal, true)
      const at = where % bytes
      content[at] = (content[at] ?? 0) ^ mask
      await writeFile(stream.path, content)
      assert.equal((await verifyFile(stream.path, stream.made.descriptor)).equal, false)
    })
    await fc.assert(property, { numRuns: slow ? 500 : 25 })
  })

  it('finds every flipped bit of key and IVs', async () => {
    await using stream = await published(bytesOf('bits', 40))
    const { descriptor } = stream.made
    const [blob = { hash: '', iv: '', length: 0 }] = descriptor.blobs
    for (let bit = 0; bit < 128; bit++) {
      const flip = (hex: string): string => {
        const bytes = Buffer.from(hex, 'hex')
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        return bytes.toString('hex')
      }
      const flipped: StreamDescriptor[] = [
        { ...descriptor, key: flip(descriptor.key) },
        { ...descriptor, blobs: [{ ...blob, iv: flip(blob.iv) }] },
      ]
      for (const one of flipped)
        assert.deepEqual(await verifyFile(stream.path, one), { equal: false, why: 'content', blob: 0 })
    }
  })

  it('reads nothing of a file of another size', async () => {
    await using stream = await published(bytesOf('size', CHUNK + 20))
    let seen = 0
    for (const content of ['', 'x', bytesOf('size', CHUNK + 32), bytesOf('size', 2 * CHUNK + 1)]) {
      await writeFile(stream.path, content)
      const verdict = await verifyFile(stream.path, stream.made.descriptor, { onProgress: () => (seen += 1) })
      assert.deepEqual(verdict, { equal: false, why: 'size' })
      await assert.rejects(rebuildBlobs(stream.path, stream.made.descriptor).next(), { code: 'STREAM_FILE_DIFFERS' })
    }
    assert.equal(seen, 0)
  })

  it('finds a file that is a few bytes longer, although padding hides that from the lengths', async () => {
    const content = bytesOf('padding', 33)
    await using stream = await published(content)
    await writeFile(stream.path, Buffer.concat([content, Buffer.alloc(3, 13)]))
    const verdict = await verifyFile(stream.path, stream.made.descriptor)
    assert.deepEqual(verdict, { equal: false, why: 'content', blob: 0 })
  })

  it('yields no blob of another file', async () => {
    const content = bytesOf('rebuild', 2 * CHUNK)
    await using stream = await published(content)
    content[CHUNK] = (content[CHUNK] ?? 0) ^ 1
    await writeFile(stream.path, content)
    const blobs = rebuildBlobs(stream.path, stream.made.descriptor)
    assert.equal((await blobs.next()).value?.index, 0)
    await assert.rejects(blobs.next(), { name: 'LbryStreamError', code: 'STREAM_FILE_DIFFERS' })
  })

  it('does not judge a stream that is cut in another way; its blobs still tell', async () => {
    const content = bytesOf('odd', 100)
    await using stream = await published(content)
    const key = Buffer.alloc(16, 5)
    const pieces = [content.subarray(0, 40), content.subarray(40)].map((piece, i) => {
      const cipher = createCipheriv('aes-128-cbc', key, Buffer.alloc(16, i))
      return Buffer.concat([cipher.update(piece), cipher.final()])
    })
    const blobs = pieces.map((bytes, i) => ({
      hash: hash('sha384', bytes, 'hex'),
      iv: Buffer.alloc(16, i).toString('hex'),
      length: bytes.length,
    }))
    const odd = { ...stream.made.descriptor, key: key.toString('hex'), blobs }
    await assert.rejects(verifyFile(stream.path, odd), { name: 'LbryStreamError', code: 'STREAM_CHUNKING_UNKNOWN' })
    await assert.rejects(rebuildBlobs(stream.path, odd).next(), { code: 'STREAM_CHUNKING_UNKNOWN' })
    const source = async ({ hash: name }: { hash: string }): Promise<Uint8Array> =>
      pieces.find((bytes) => hash('sha384', bytes, 'hex') === name) ?? Buffer.of()
    const expected = { sizeBytes: 100, sha256: hash('sha256', content, 'hex') }
    assert.deepEqual(await verifyBlobs(odd, source, expected), { equal: true, sizeBytes: 100 })
  })

  it('says that the file changed rather than that it differs', async () => {
    const content = bytesOf('moving', 8 * CHUNK)
    await using stream = await published(content)
    const onProgress = (): void => appendFileSync(stream.path, 'x')
    await assert.rejects(verifyFile(stream.path, stream.made.descriptor, { onProgress }), {
      code: 'STREAM_FILE_CHANGED',
    })
  })

  it('says that the file changed also when what was read of it differs for that reason', async () => {
    const content = bytesOf('rewritten', 8 * CHUNK)
    await using stream = await published(content)
    const onProgress = (): void => writeFileSync(stream.path, content.toReversed())
    await assert.rejects(verifyFile(stream.path, stream.made.descriptor, { onProgress }), {
      code: 'STREAM_FILE_CHANGED',
    })
  })

  it('yields nothing more after the signal, also when all is read already', async () => {
    await using stream = await published(bytesOf('two', 2 * CHUNK))
    const controller = new AbortController()
    const reason = new Error('enough')
    const blobs = rebuildBlobs(stream.path, stream.made.descriptor, { signal: controller.signal })
    await blobs.next()
    controller.abort(reason)
    await assert.rejects(blobs.next(), reason)
  })

  it('ends with the reason of the signal', async () => {
    await using stream = await published(bytesOf('abort', 8 * CHUNK))
    const controller = new AbortController()
    const reason = new Error('enough')
    const options = { signal: controller.signal, onProgress: () => controller.abort(reason) }
    await assert.rejects(verifyFile(stream.path, stream.made.descriptor, options), reason)
    await assert.rejects(verifyFile(stream.path, stream.made.descriptor, { signal: AbortSignal.abort(reason) }), reason)
  })
})
