import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { base16 } from 'multiformats/bases/base16'
import { base32upper } from 'multiformats/bases/base32'
import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { base64url } from 'multiformats/bases/base64'
import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import {
  cidText,
  dagPbCid,
  decodeCid,
  digestOf,
  isProfileCid,
  parseCid,
  rawCid,
} from '../../../src/model/content-id.ts'

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest()
const HELLO = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'
const invalid = { name: 'ContentIdError', code: 'CID_INVALID' }

describe('content ids', () => {
  it('name the bytes of `hello world` as Kubo does', () => {
    assert.equal(cidText(rawCid(sha256('hello world'))), HELLO)
  })

  it('read the same CID from every base', () => {
    const cid = dagPbCid(sha256('x'))
    for (const base of [base16, base32upper, base36, base58btc, base64url]) {
      assert.equal(cidText(parseCid(cid.toString(base))), cidText(cid))
    }
  })

  it('give a CIDv0 the text of its CIDv1', () => {
    const old = CID.createV0(dagPbCid(sha256('x')).multihash as Parameters<typeof CID.createV0>[0])
    assert.equal(parseCid(old.toString()).version, 0)
    assert.equal(cidText(parseCid(old.toString())), cidText(dagPbCid(sha256('x'))))
    assert.equal(isProfileCid(old), false)
  })

  it('keep their own copy of the digest', () => {
    const digest = sha256('x')
    const cid = rawCid(digest)
    digest.fill(0)
    assert.equal(cidText(cid), cidText(rawCid(sha256('x'))))
    assert.deepEqual(cid.multihash.digest, new Uint8Array(sha256('x')))
  })

  it('refuse a digest of another length', () => {
    assert.throws(() => rawCid(new Uint8Array(20)), RangeError)
  })

  it('know which of them the profile makes', () => {
    assert.equal(isProfileCid(rawCid(sha256('x'))), true)
    assert.equal(isProfileCid(CID.createV1(0x71, rawCid(sha256('x')).multihash)), false)
    const inline = CID.createV1(0x55, identity.digest(new Uint8Array(32)))
    assert.equal(isProfileCid(inline), false)
    assert.equal(digestOf(inline), undefined)
  })

  for (const [what, text] of [
    ['nothing', ''],
    ['a space before', ` ${HELLO}`],
    ['a line end after', `${HELLO}\n`],
    ['upper case under a lower-case letter', `b${HELLO.slice(1).toUpperCase()}`],
    ['a character cut off', HELLO.slice(0, -1)],
    ['a character more', `${HELLO}a`],
    ['a URL', `https://example.org/ipfs/${HELLO}`],
    ['a very long text', `z${'1'.repeat(1_000_000)}`],
    ['an unknown base', `ð${HELLO}`],
  ] as const) {
    it(`refuse ${what}`, () => assert.throws(() => parseCid(text), invalid))
  }

  it('refuse a varint that is longer than it needs to be', () => {
    const [version, codec, ...multihash] = rawCid(sha256('x')).bytes
    assert.ok(version === 1 && codec === 0x55)
    const stretched = Uint8Array.from([version, codec | 0x80, 0x00, ...multihash])
    assert.throws(() => decodeCid(stretched), invalid)
    assert.throws(() => parseCid(base58btc.encode(stretched)), invalid)
  })

  it('refuse bytes after the end', () => {
    assert.throws(() => decodeCid(Uint8Array.from([...rawCid(sha256('x')).bytes, 0])), invalid)
  })

  it('fail with one class on any text, and never read one text as two', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((tail) => HELLO.slice(0, 20) + tail),
        ),
        (text) => {
          try {
            const cid = parseCid(text)
            assert.equal(cidText(parseCid(cidText(cid))), cidText(cid))
          } catch (error) {
            assert.ok(error instanceof Error && error.name === 'ContentIdError')
          }
        },
      ),
    )
  })
})
