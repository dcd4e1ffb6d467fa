import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  descriptorHash,
  encodeDescriptor,
  type StreamDescriptor,
  streamHash,
} from '../../../../src/lbry-sdk-client/stream/descriptor.ts'
import { parseDescriptor } from '../../../../src/lbry-sdk-client/stream/parse-descriptor.ts'
import { slow } from './samples.ts'

const hashOf = (n: number): string => n.toString(16).padStart(96, '0')
const ivOf = (n: number): string => n.toString(16).padStart(32, '0')
const refused = { name: 'LbryStreamError', code: 'STREAM_DESCRIPTOR_INVALID' }

function aDescriptor(fields: Partial<StreamDescriptor> = {}): StreamDescriptor {
  return {
    name: 'film.mp4',
    suggestedFileName: 'film.mp4',
    key: ivOf(77),
    blobs: [
      { hash: hashOf(1), iv: ivOf(1), length: 2_097_152 },
      { hash: hashOf(2), iv: ivOf(2), length: 32 },
    ],
    terminatorIv: ivOf(3),
    ...fields,
  }
}

interface Json {
  blobs: Record<string, unknown>[]
  [key: string]: unknown
}

/** JSON of a descriptor with something changed in it; the stream hash is made anew, so that only the change is wrong. */
function bytesWith(change: (json: Json) => void): Buffer {
  const json: Json = JSON.parse(Buffer.from(encodeDescriptor(aDescriptor())).toString())
  json['stream_hash'] = undefined
  change(json)
  json['stream_hash'] ??= hashOfJson(json)
  return Buffer.from(JSON.stringify(json))
}

/** The stream hash of whatever stands there, written down a second time from the format's description. */
function hashOfJson({ blobs, stream_name: name, key, suggested_file_name: suggested }: Json): string {
  const entries = blobs.map(({ blob_hash: own, blob_num: index, iv, length }) =>
    hash('sha384', `${length === 0 ? '' : own}${index}${iv}${length}`, 'buffer'),
  )
  const head = Buffer.from(`${name}${key}${suggested}`)
  return hash('sha384', Buffer.concat([head, hash('sha384', Buffer.concat(entries), 'buffer')]), 'hex')
}

const anyDescriptor = fc
  .record({
    name: fc.string({ unit: 'grapheme', maxLength: 40 }),
    suggestedFileName: fc.string({ unit: 'grapheme', maxLength: 40 }),
    key: fc.nat().map(ivOf),
    lengths: fc.array(fc.integer({ min: 1, max: 131_072 }), { minLength: 1, maxLength: 20 }),
    terminatorIv: fc.nat().map(ivOf),
  })
  .map(({ lengths, ...rest }) => ({
    ...rest,
    blobs: lengths.map((n, i) => ({ hash: hashOf(i), iv: ivOf(i), length: n * 16 })),
  }))

describe('reading a descriptor', () => {
  it('gives back what was written, whatever it was', () => {
    fc.assert(
      fc.property(anyDescriptor, (descriptor) => {
        const bytes = encodeDescriptor(descriptor)
        assert.deepEqual(parseDescriptor(bytes, descriptorHash(bytes)), descriptor)
      }),
      { numRuns: slow ? 5_000 : 200 },
    )
  })

  it('takes the keys in the order and spacing of other programs, under another hash', () => {
    const { blobs, terminatorIv, key } = aDescriptor()
    const entries = [...blobs, { hash: undefined, iv: terminatorIv, length: 0 }].map(({ hash, iv, length }, i) => ({
      length,
      blob_num: i,
      ...(hash === undefined ? {} : { blob_hash: hash }),
      iv,
    }))
    const name = Buffer.from('film.mp4').toString('hex')
    const rest = { stream_type: 'lbryfile', key, suggested_file_name: name, stream_hash: streamHash(aDescriptor()) }
    const bytes = Buffer.from(JSON.stringify({ stream_name: name, blobs: entries, ...rest }))
    assert.deepEqual(parseDescriptor(bytes, descriptorHash(bytes)), aDescriptor())
    assert.notEqual(descriptorHash(bytes), descriptorHash(encodeDescriptor(aDescriptor())))
  })

  it('takes what is only written anew, so that what is refused below is refused for what is wrong in it', () => {
    assert.deepEqual(parseDescriptor(bytesWith(() => {})), aDescriptor())
  })

  it('keeps every character of a name', () => {
    const descriptor = aDescriptor({ name: '\ufeffa\u0000.mp4', suggestedFileName: '\ufeff' })
    assert.deepEqual(parseDescriptor(encodeDescriptor(descriptor)), descriptor)
  })

  it('refuses bytes that are not those that were asked for', () => {
    const bytes = encodeDescriptor(aDescriptor())
    assert.throws(() => parseDescriptor(bytes, hashOf(9)), refused)
  })

  it('refuses more than a blob can hold before it reads them', () => {
    assert.throws(() => parseDescriptor(new Uint8Array(2_097_153).fill(0x20)), { ...refused, message: /2097153 bytes/ })
  })

  const hostile: Readonly<Record<string, Buffer>> = {
    'no object': Buffer.from('[]'),
    'an empty file': Buffer.from(''),
    'deep nesting': Buffer.from('['.repeat(1_000_000)),
    'a key more': bytesWith((json) => Object.assign(json, { extra: 'a' })),
    'a key of an entry more': bytesWith((json) => Object.assign(json.blobs[0] ?? {}, { extra: 1 })),
    'no terminator': bytesWith((json) => json.blobs.pop()),
    'a terminator with a hash': bytesWith((json) => Object.assign(json.blobs[2] ?? {}, { blob_hash: hashOf(5) })),
    'a terminator in the middle': bytesWith((json) => json.blobs.splice(1, 0, { blob_num: 1, iv: ivOf(9), length: 0 })),
    'nothing but a terminator': bytesWith((json) => json.blobs.splice(0, 2)),
    'no entries': bytesWith((json) => json.blobs.splice(0)),
    'blobs out of order': bytesWith((json) => json.blobs.reverse()),
    'a blob number that is text': bytesWith((json) => Object.assign(json.blobs[0] ?? {}, { blob_num: '0' })),
    'a blob that is too large': bytesWith((json) => Object.assign(json.blobs[0] ?? {}, { length: 2_097_168 })),
    'a length that no padding gives': bytesWith((json) => Object.assign(json.blobs[0] ?? {}, { length: 17 })),
    'a negative length': bytesWith((json) => Object.assign(json.blobs[0] ?? {}, { length: -16 })),
    'a hash in capitals': bytesWith((json) => Object.assign(json.blobs[0] ?? {}, { blob_hash: 'A'.repeat(96) })),
    'a hash that is too short': bytesWith((json) => Object.assign(json.blobs[0] ?? {}, { blob_hash: 'a'.repeat(95) })),
    'a key that is too long': bytesWith((json) => Object.assign(json, { key: 'a'.repeat(34) })),
    'a name that is not hexadecimal': bytesWith((json) => Object.assign(json, { stream_name: 'xyz' })),
    'a name that is longer than any': bytesWith((json) => Object.assign(json, { stream_name: '61'.repeat(4097) })),
    'a name that is not UTF-8': bytesWith((json) => Object.assign(json, { stream_name: 'ff' })),
    'another type': bytesWith((json) => Object.assign(json, { stream_type: 'lbrydir' })),
    'another stream hash': bytesWith((json) => Object.assign(json, { stream_hash: hashOf(8) })),
    'a number in place of an entry': bytesWith((json) => Object.assign(json.blobs, { 0: 5 })),
  }
  for (const [what, bytes] of Object.entries(hostile)) {
    it(`refuses ${what}`, () => assert.throws(() => parseDescriptor(bytes), refused))
  }

  const lengthTexts = ['32.0', '3.2e1', '320e-1', '32e0', '032', '+32', '3 2', '"32"']
  for (const text of lengthTexts) {
    it(`refuses a length that is written ${text}`, () => {
      const written = Buffer.from(encodeDescriptor(aDescriptor())).toString()
      const changed = written.replace('"length": 32}', `"length": ${text}}`)
      assert.notEqual(changed, written)
      assert.throws(() => parseDescriptor(Buffer.from(changed)), refused)
    })
  }

  it('refuses a key that stands there twice, because readers would take different ones', () => {
    const written = Buffer.from(encodeDescriptor(aDescriptor())).toString()
    for (const field of ['"key": "', '"length": ', '"blob_hash": "'])
      for (const twice of [
        written.replace(field, `${field === '"length": ' ? '"length": 16, ' : `${field}00", `}${field}`),
      ])
        assert.throws(() => parseDescriptor(Buffer.from(twice)), refused)
  })

  it('refuses a blob that stands there twice', () => {
    const blob = { hash: hashOf(1), iv: ivOf(1), length: 16 }
    assert.throws(() => parseDescriptor(encodeDescriptor(aDescriptor({ blobs: [blob, blob] }))), refused)
  })

  it('refuses every other byte in every place, but for blanks between the parts', () => {
    const bytes = Buffer.from(
      encodeDescriptor(
        aDescriptor({ name: 'a', suggestedFileName: 'a', blobs: [{ hash: hashOf(1), iv: ivOf(1), length: 16 }] }),
      ),
    )
    const redundant: string[] = []
    for (let at = 0; at < bytes.length; at++)
      for (let value = 0; value < 256; value++) {
        if (bytes[at] === value) continue
        const changed = Buffer.from(bytes)
        changed[at] = value
        if (isRefused(changed)) continue
        redundant.push(`${bytes[at]} to ${value}`)
      }
    // A blank, 32, may as well be a tab, a line break or a carriage return: JSON means the same, and sd_hash does not.
    assert.deepEqual([...new Set(redundant)].sort(), ['32 to 10', '32 to 13', '32 to 9'])
    assert.equal(redundant.length, 3 * bytes.filter((byte) => byte === 0x20).length)
  })

  it('refuses every flipped bit when the hash is given', () => {
    const bytes = Buffer.from(encodeDescriptor(aDescriptor()))
    const sdHash = descriptorHash(bytes)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.throws(() => parseDescriptor(changed, sdHash), refused)
    }
  })

  it('throws its own error or reads what it would write, whatever comes', () => {
    const honest = Buffer.from(encodeDescriptor(aDescriptor()))
    const damage = fc.array(fc.tuple(fc.nat(honest.length - 1), fc.nat(255), fc.nat(3)), { minLength: 1, maxLength: 4 })
    const mangled = damage.map((edits) => {
      let bytes: Buffer = honest
      for (const [at, value, kind] of edits) bytes = mangle(bytes, at % Math.max(1, bytes.length), value, kind)
      return bytes
    })
    const anything = fc.oneof(
      mangled,
      mangled,
      fc.uint8Array({ maxLength: 300 }).map(Buffer.from),
      fc.json().map((text) => Buffer.from(text)),
    )
    fc.assert(
      fc.property(anything, (bytes) => void isRefused(bytes)),
      { numRuns: slow ? 500_000 : 20_000 },
    )
  })
})

function mangle(bytes: Buffer, at: number, value: number, kind: number): Buffer {
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
  if (kind === 0) return Buffer.concat([before, Buffer.of(value), after])
  if (kind === 1) return Buffer.concat([before, after.subarray(1 + (value % 8))])
  if (kind === 2) return Buffer.concat([before, before.subarray(-value), after])
  return Buffer.concat([before, Buffer.of(value), after.subarray(1)])
}

/** True when refused properly. What is taken must mean the same as what it would be written as. */
function isRefused(bytes: Uint8Array): boolean {
  try {
    const descriptor = parseDescriptor(bytes)
    assert.deepEqual(parseDescriptor(encodeDescriptor(descriptor)), descriptor)
    return false
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'STREAM_DESCRIPTOR_INVALID', String(error))
    return true
  }
}
