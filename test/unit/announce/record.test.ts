import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { encode } from '@ipld/dag-cbor'
import fc from 'fast-check'
import { isBetter, makeRecord, type NameRecord, parseRecord } from '../../../src/announce/record.ts'
import { decodeFields, encodeFields } from '../../../src/announce/record-fields.ts'
import {
  isRenewalDue,
  nextSequence,
  requireCurrent,
  requireNotAhead,
  requireNotBehind,
  VALID_MS,
} from '../../../src/announce/sequence.ts'
import { cidText, parseCid } from '../../../src/model/content-id.ts'
import { parseIpnsName } from '../../../src/model/ipns-name.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { aNameSigner } from '../../fakes/name-signer.ts'

interface Vector {
  readonly what: string
  readonly name: string
  readonly record: string
  readonly code?: string
  readonly value?: string
  readonly sequence?: string
  readonly validity?: string
}

const vectors: readonly Vector[] = readFileSync(
  new URL('../../vectors/announced-root/records.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
const ROOT = parseCid('bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354')
const signer = aNameSigner('name one')
const order = { root: ROOT, sequence: 7n, validUntilMs: 1_900_000_000_000, ttlSeconds: 300 }

function parsed(bytes: Uint8Array, key: Uint8Array = signer.publicKey): NameRecord {
  return parseRecord(nodePrimitives, key, bytes)
}

describe('name records', () => {
  assert.ok(vectors.length > 20)
  for (const vector of vectors) {
    it(`read as a vector says: ${vector.what}`, () => {
      const key = parseIpnsName(vector.name)
      assert.ok(key !== undefined)
      const read = (): NameRecord => parsed(Buffer.from(vector.record, 'hex'), key)
      if (vector.code !== undefined) return assert.throws(read, { name: 'AnnounceError', code: vector.code })
      const { root, sequence, validity } = read()
      assert.deepEqual(
        [`/ipfs/${cidText(root)}`, `${sequence}`, validity],
        [vector.value, vector.sequence, vector.validity],
      )
    })
  }

  it('come back as they were made, for every sequence that is taken', () => {
    const sequences = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })
    // Some encoders break where 32 bits end.
    const edges = [2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n - 1n]
    const examples = edges.map((edge): [bigint, number] => [edge, 0])
    fc.assert(
      fc.property(sequences, fc.nat(4_000_000_000), (sequence, seconds) => {
        const made = makeRecord(signer, { ...order, sequence, validUntilMs: seconds * 1_000 })
        const again = parsed(made.bytes)
        assert.deepEqual(essence(again), essence(made))
        assert.deepEqual([again.validUntilMs, again.key], [made.validUntilMs, made.key])
      }),
      { numRuns: 40, examples },
    )
  })

  it('are worth nothing with one changed byte that counts', () => {
    const { bytes } = makeRecord(signer, order)
    const same = JSON.stringify(essence(parsed(bytes)))
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Uint8Array.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 0x01
      try {
        assert.equal(JSON.stringify(essence(parsed(changed))), same, `byte ${at}`)
      } catch (error) {
        assert.match(
          String(error instanceof Error && 'code' in error && error.code),
          /^RECORD_/,
          `byte ${at}: ${error}`,
        )
      }
    }
  })

  it('are compared by sequence, then by how long they hold', () => {
    const older = makeRecord(signer, order)
    const longer = makeRecord(signer, { ...order, validUntilMs: order.validUntilMs + 1 })
    const next = makeRecord(signer, { ...order, sequence: 8n, validUntilMs: 0 })
    assert.ok(isBetter(longer, older) && !isBetter(older, longer) && !isBetter(older, older))
    assert.ok(isBetter(next, longer) && !isBetter(longer, next) && isBetter(older, undefined))
  })

  it('are of the size of their log, and one that is far ahead of it is refused', () => {
    assert.equal(nextSequence(3, undefined), 3n << 20n)
    assert.equal(nextSequence(3, 3n << 20n), (3n << 20n) + 1n)
    assert.equal(nextSequence(4, (3n << 20n) + 5n), 4n << 20n)
    assert.equal(nextSequence(3, 9n << 20n), (9n << 20n) + 1n)
    const at = (sequence: bigint): NameRecord => ({ ...makeRecord(signer, order), sequence })
    requireNotAhead(at(((3n + 2n ** 20n) << 20n) + 2n ** 20n - 1n), 3)
    assert.throws(() => requireNotAhead(at((4n + 2n ** 20n) << 20n), 3), { code: 'RECORD_AHEAD' })
    assert.throws(() => requireNotAhead(at(2n ** 63n - 1n), 1_000_000), { code: 'RECORD_AHEAD' })
    requireNotBehind(at((4n << 20n) - 1n), 3)
    assert.throws(() => requireNotBehind(at(4n << 20n), 3), { code: 'RECORD_AHEAD' }, 'an old backup leads nobody back')
  })

  it('are renewed when a third of their time is over, or the clock was wrong', () => {
    const now = order.validUntilMs - VALID_MS
    const record = makeRecord(signer, order)
    assert.deepEqual(
      [0, VALID_MS / 3 - 1, VALID_MS / 3, VALID_MS * 2, -VALID_MS].map((later) => isRenewalDue(record, now + later)),
      [false, false, true, true, true],
    )
    requireCurrent(record, order.validUntilMs - 1)
    assert.throws(() => requireCurrent(record, order.validUntilMs), { code: 'RECORD_EXPIRED' })
  })

  it('never crash the reader, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        try {
          decodeFields(bytes)
        } catch (error) {
          assert.equal(error instanceof Error && 'code' in error && error.code, 'RECORD_MALFORMED')
        }
      }),
    )
  })

  it('that are signed all right but hold other data are refused', () => {
    for (const document of [1, null, [], 'x', {}, { Value: 'text' }, new Map()]) {
      const data = encode(document instanceof Map ? {} : document)
      const signatureV2 = signer.sign(Buffer.concat([Buffer.from('ipns-signature:'), data]))
      assert.throws(() => parsed(encodeFields({ signatureV2, data })), { code: 'RECORD_MALFORMED' })
    }
  })
})

function essence({ root, sequence, validity, ttlSeconds }: NameRecord): readonly string[] {
  return [`${root}`, `${sequence}`, validity, `${ttlSeconds}`]
}
