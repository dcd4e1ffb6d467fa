import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { formatAddCheckpoint, parseAddCheckpoint } from '../../../src/manifest/add-checkpoint.ts'
import { ManifestError } from '../../../src/manifest/errors.ts'
import { aWitnessedLog } from '../../fakes/witnessed-log.ts'

const HASH = 'A'.repeat(43)
const log = aWitnessedLog()

function isRefused(body: string | Uint8Array): boolean {
  try {
    parseAddCheckpoint(typeof body === 'string' ? Buffer.from(body) : body)
    return false
  } catch (error) {
    assert.ok(error instanceof ManifestError && error.code === 'PROOF_MALFORMED')
    return true
  }
}

describe('the request to cosign', () => {
  it('is read as it was written, the note byte for byte', () => {
    for (const [oldSize, size] of [
      [0, 0],
      [0, 7],
      [5, 5],
      [5, 130],
    ] as const) {
      const request = { oldSize, proof: log.proof(oldSize, size), note: log.note(size) }
      const read = parseAddCheckpoint(formatAddCheckpoint(request))
      assert.deepEqual([read.oldSize, read.proof.map(Buffer.from)], [oldSize, request.proof.map(Buffer.from)])
      assert.deepEqual(Buffer.from(read.note), Buffer.from(request.note))
    }
  })

  it('takes 63 hashes and no more', () => {
    const lines = (count: number): string => `old 5\n${`${HASH}=\n`.repeat(count)}\nnote`
    assert.equal(parseAddCheckpoint(Buffer.from(lines(63))).proof.length, 63)
    assert.ok(isRefused(lines(64)))
  })

  const wrong: Readonly<Record<string, string>> = {
    'no blank line': 'old 5\nnote',
    'no size': 'old\n\nnote',
    'another word': 'new 5\n\nnote',
    'a size with a leading zero': 'old 05\n\nnote',
    'a negative size': 'old -1\n\nnote',
    'a size beyond 2^53-1': 'old 9007199254740992\n\nnote',
    'a hash of 31 bytes': `old 5\n${'A'.repeat(40)}AA==\n\nnote`,
    'a hash without padding': `old 5\n${HASH}\n\nnote`,
    'a line end of Windows': `old 5\r\n\nnote`,
    'a byte that is no UTF-8': 'old 5\n\xff\n\nnote',
  }
  for (const [name, body] of Object.entries(wrong)) {
    it(`is refused with ${name}`, () => assert.ok(isRefused(body)))
  }

  it('never fails in another way, whatever it is', async () => {
    await fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void isRefused(bytes)))
    assert.ok(isRefused(Buffer.concat([Buffer.from('old 0\n\n'), Buffer.alloc(200_000)])))
  })
})
