import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { parseClaimMessage } from '../../../../src/lbry-sdk-client/claim/claim-message.ts'
import { parseClaimScript } from '../../../../src/lbry-sdk-client/claim/claim-script.ts'
import { parsePublicKey } from '../../../../src/lbry-sdk-client/claim/public-key.ts'
import { parseTransaction } from '../../../../src/lbry-sdk-client/claim/transaction.ts'
import { verifyClaim } from '../../../../src/lbry-sdk-client/claim/verify-claim.ts'
import { slow } from '../stream/samples.ts'
import {
  channelMessage,
  claimScript,
  film,
  publicKey,
  streamMessage,
  transactionOf,
  transactions,
  unsignedValue,
} from './samples.ts'

const invalid = { name: 'LbryClaimError', code: 'CLAIM_INVALID' }
const noTransaction = { name: 'LbryClaimError', code: 'CLAIM_TRANSACTION_INVALID' }
const noKey = { name: 'LbryClaimError', code: 'CLAIM_KEY_INVALID' }
const runs = { numRuns: slow ? 500_000 : 20_000 }

const field = (number: number, bytes: Uint8Array): Uint8Array => new BinaryWriter().tag(number, 2).bytes(bytes).finish()
const number = (no: number, value: bigint): Uint8Array => new BinaryWriter().tag(no, 0).uint64(value).finish()
const ofSource = (...parts: Uint8Array[]): Uint8Array => field(1, field(1, Buffer.concat(parts)))
const hash48 = Buffer.alloc(48, 5)

describe('reading the message of a claim', () => {
  it('reads the source of a stream past fields that it does not know', () => {
    const group = Buffer.from([0x7b, 0x08, 0x01, 0x7c])
    const message = Buffer.concat([
      number(99, 5n),
      ofSource(field(2, Buffer.from('n')), number(3, 5n), group, field(6, hash48)),
      group,
    ])
    const source = { sdHash: hash48.toString('hex'), sizeBytes: 5 }
    assert.deepEqual(parseClaimMessage(message), { titleBytes: 0, type: 'stream', source })
  })

  it('tells the types apart', () => {
    assert.equal(parseClaimMessage(Buffer.of()).type, 'none')
    assert.equal(parseClaimMessage(field(3, Buffer.of())).type, 'collection')
    assert.equal(parseClaimMessage(field(4, Buffer.of())).type, 'repost')
    const parsed = parseClaimMessage(channelMessage())
    assert.deepEqual(parsed.type === 'channel' && Buffer.from(parsed.publicKey), Buffer.from(publicKey))
  })

  const hostile: Readonly<Record<string, Uint8Array>> = {
    'a second source, which readers would join': field(
      1,
      Buffer.concat([field(1, field(6, hash48)), field(1, field(6, hash48))]),
    ),
    'a second stream': Buffer.concat([streamMessage({}), streamMessage({})]),
    'a second sd_hash': ofSource(field(6, hash48), field(6, Buffer.alloc(48, 6))),
    'two types at once': Buffer.concat([streamMessage({}), channelMessage()]),
    'a short sd_hash': ofSource(field(6, hash48.subarray(1))),
    'a long sd_hash': ofSource(field(6, Buffer.alloc(49))),
    'a number as sd_hash': ofSource(number(6, 5n)),
    'text as size': ofSource(field(3, Buffer.from('5'))),
    'a size beyond all files': ofSource(number(3, 2n ** 53n)),
    'a size that does not end': ofSource(Buffer.from([0x18, ...Array(30).fill(0xff)])),
    'a channel without a key': field(2, Buffer.of()),
    'a field 0': Buffer.of(0x02, 0x00),
    'an unknown wire type': Buffer.of(0x0f),
    'a group that does not end': Buffer.of(0x7b, 0x08, 0x01),
    'groups in groups': Buffer.alloc(8000, 0x7b),
    'a length beyond the end': Buffer.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f),
    'half a message': streamMessage({ sdHash: hash48 }).subarray(0, 40),
  }
  for (const [what, bytes] of Object.entries(hostile)) {
    it(`refuses ${what}`, () => assert.throws(() => parseClaimMessage(bytes), invalid))
  }

  it('throws its own error or gives a message, whatever comes', () => {
    const honest = transactions.map(({ hex }) => Buffer.from(hex, 'hex'))
    const piece = fc.record({ from: fc.constantFrom(...honest), start: fc.nat(900), length: fc.nat(400) })
    const cut = piece.map(({ from, start, length }) => from.subarray(start, start + length))
    const property = fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), cut), (bytes) => {
      try {
        parseClaimMessage(bytes)
      } catch (error) {
        assert.ok(error instanceof Error && 'code' in error && error.code === 'CLAIM_INVALID', String(error))
      }
    })
    fc.assert(property, runs)
  })
})

describe('reading a transaction', () => {
  const raw = Buffer.from(film.hex, 'hex')

  it('takes hexadecimal and bytes, also as a part of a larger buffer', () => {
    const inside = Buffer.concat([Buffer.alloc(7, 1), raw, Buffer.alloc(7, 1)]).subarray(7, 7 + raw.length)
    for (const one of [film.hex, film.hex.toUpperCase(), raw, inside, new Uint8Array(raw)])
      assert.equal(parseTransaction(one).txid, film.txid)
  })

  it('refuses every part of one, and anything after it', () => {
    for (let end = 0; end < raw.length; end++)
      assert.throws(() => parseTransaction(raw.subarray(0, end)), noTransaction)
    assert.throws(() => parseTransaction(Buffer.concat([raw, Buffer.of(0)])), noTransaction)
  })

  it('refuses what is not hexadecimal', () => {
    for (const text of ['', 'xyz', `${film.hex}0`, `0x${film.hex}`, ` ${film.hex}`, `${film.hex}\n`])
      assert.throws(() => parseTransaction(text), noTransaction)
  })

  it('makes no list for a count that the bytes cannot hold', () => {
    for (const count of ['fdffff', 'feffffffff', 'ffffffffffffffffff'])
      assert.throws(() => parseTransaction(Buffer.from(`01000000${count}${'00'.repeat(300)}`, 'hex')), noTransaction)
    const witness = Buffer.concat([
      raw.subarray(0, 4),
      Buffer.of(0, 1),
      raw.subarray(4, -4),
      Buffer.from('feffffff7f', 'hex'),
      raw.subarray(-4),
    ])
    assert.throws(() => parseTransaction(witness), noTransaction)
  })

  it('refuses counts that are longer than needed, which would give one transaction several forms', () => {
    const long = Buffer.concat([raw.subarray(0, 4), Buffer.from('fd0100', 'hex'), raw.subarray(5)])
    assert.throws(() => parseTransaction(long), noTransaction)
  })

  it('refuses one without inputs', () => {
    assert.throws(() => parseTransaction(Buffer.from('01000000000000000000', 'hex')), noTransaction)
  })

  it('refuses one that is larger than nodes take before it looks at it', () => {
    assert.throws(() => parseTransaction(new Uint8Array(400_001)), { ...noTransaction, message: /too large/ })
    assert.throws(() => parseTransaction('0'.repeat(800_001)), { ...noTransaction, message: /too large/ })
  })

  it('throws its own error or gives a report, whatever comes', () => {
    const honest = transactions.map(({ hex }) => Buffer.from(hex, 'hex')).filter(({ length }) => length < 1000)
    const edit = fc.tuple(fc.nat(999), fc.nat(255))
    const damaged = fc.record({
      from: fc.constantFrom(...honest),
      edits: fc.array(edit, { maxLength: 3 }),
      cut: fc.nat(20),
    })
    const bytes = damaged.map(({ from, edits, cut }) => {
      const changed = Buffer.from(from)
      for (const [at, value] of edits) changed[at % changed.length] = value
      return cut === 1 ? changed.subarray(0, edits[0]?.[0]) : changed
    })
    const property = fc.property(
      fc.oneof({ weight: 4, arbitrary: bytes }, fc.uint8Array({ maxLength: 200 })),
      (one) => {
        try {
          verifyClaim(one)
        } catch (error) {
          assert.ok(error instanceof Error && error.name === 'LbryClaimError', String(error))
        }
      },
    )
    fc.assert(property, runs)
  })
})

describe('reading the script of a claim', () => {
  const value = unsignedValue(streamMessage({}))

  it('takes every form of a push', () => {
    const name = Buffer.from('film')
    const forms = [Buffer.of(4), Buffer.of(0x4c, 4), Buffer.of(0x4d, 4, 0), Buffer.of(0x4e, 4, 0, 0, 0)]
    for (const form of forms) {
      const script = Buffer.concat([Buffer.of(0xb5), form, name, Buffer.of(1, 7), Buffer.of(0x6d, 0x75)])
      const claim = parseClaimScript(script)
      assert.deepEqual([Buffer.from(claim?.name ?? []), Buffer.from(claim?.value ?? [])], [name, Buffer.of(7)])
    }
  })

  const none: Readonly<Record<string, Uint8Array>> = {
    'an empty script': Buffer.of(),
    'an empty name': claimScript('', value),
    'a name of 256 bytes': claimScript('n'.repeat(256), value),
    'a script above 8,192 bytes': claimScript('n', Buffer.alloc(8200)),
    'a claim hash of 19 bytes': claimScript('n', value, Buffer.alloc(19)),
    'a support': Buffer.concat([Buffer.of(0xb6), claimScript('n', value).subarray(1)]),
    'the drops of an update after a creation': Buffer.concat([Buffer.of(0xb5, 1, 0x6e, 1, 7, 0x6d, 0x6d)]),
    'a script that ends in a push': claimScript('n', value).subarray(0, 8),
    'an opcode in place of a push': Buffer.of(0xb5, 0x51, 1, 7, 0x6d, 0x75),
  }
  for (const [what, script] of Object.entries(none)) {
    it(`finds none in ${what}`, () => assert.equal(parseClaimScript(script), undefined))
  }

  it('refuses a name that is not UTF-8', () => {
    const script = Buffer.from(claimScript('film', value))
    script[2] = 0xff
    assert.throws(() => verifyClaim(transactionOf([script])), invalid)
  })

  it('finds none or gives one, whatever comes', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 100 }), fc.constantFrom(0xb5, 0xb7, 0xb6), (bytes, op) => {
      bytes[0] = op
      parseClaimScript(bytes)
    })
    fc.assert(property, runs)
  })
})

describe('reading the key of a channel', () => {
  const point = secp256k1.Point.fromBytes(publicKey)
  const der = `3056301006072a8648ce3d020106052b8104000a034200${point.toHex(false)}`
  const shortDer = `3036301006072a8648ce3d020106052b8104000a032200${point.toHex(true)}`

  it('takes it as 33 bytes and as DER, and gives 33 bytes', () => {
    for (const text of [point.toHex(true), der, shortDer])
      for (const form of [text, text.toUpperCase(), Buffer.from(text, 'hex')])
        assert.deepEqual(parsePublicKey(form), publicKey)
  })

  it('refuses all else', () => {
    const others = [
      '',
      'zz',
      point.toHex(false),
      `05${point.toHex(true).slice(2)}`,
      `${der.slice(0, 30)}ff${der.slice(32)}`,
    ]
    // The last but one is on no curve; the last is the compressed form where the long one must be.
    const offCurve = [
      `02${'ff'.repeat(32)}`,
      `${der.slice(0, -2)}00`,
      `02${'00'.repeat(32)}`,
      point.toHex(true).slice(2),
    ]
    for (const key of [...others, ...offCurve]) assert.throws(() => parsePublicKey(key), noKey, key)
  })
})
