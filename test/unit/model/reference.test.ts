import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { base16 } from 'multiformats/bases/base16'
import { base32upper } from 'multiformats/bases/base32'
import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { base64url } from 'multiformats/bases/base64'
import { CID } from 'multiformats/cid'
import { parseReference } from '../../../src/model/original.ts'

/** The empty file and the empty directory, as every implementation of IPFS names them. */
const CID_V1 = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
const CID_V0 = 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn'
const VIDEO = 'youtube:video:dQw4w9WgXcQ'

/** A bundle id with its check symbol, by the rule of manifest-v1. */
function anId(ten: string): string {
  const alphabet = '123456789abcdefghjkmnpqrstvwxyz'
  const sum = [...ten].reduce((total, symbol, index) => total + (index + 1) * alphabet.indexOf(symbol), 0)
  const check = [...alphabet].find((_, value) => (sum + 11 * value) % 31 === 0)
  return `${ten}${check}`
}

describe('parseReference', () => {
  it('reads URLs with and without scheme, keys and lbry:// as originals', () => {
    for (const text of ['https://youtu.be/dQw4w9WgXcQ', 'youtu.be/dQw4w9WgXcQ', ` ${VIDEO} `]) {
      assert.deepEqual(parseReference(text), { kind: 'original', key: VIDEO, aliases: [] })
    }
    const claim = 'a'.repeat(40)
    assert.deepEqual(parseReference(`lbry://@c#1/name#${claim}`), {
      kind: 'original',
      key: `lbry:claim:${claim}`,
      aliases: [],
    })
    const post = parseReference('https://www.instagram.com/p/BQ0eAlwhDrw/')
    assert.equal(post?.kind === 'original' && post.aliases.length, 1)
  })

  it('reads a CID of any version, in any base and inside any address, as version 1 in base 32', () => {
    const cid = CID.parse(CID_V1)
    const spelled = [base16, base32upper, base36, base58btc, base64url].map((base) => cid.toString(base.encoder))
    const placed = [
      `ipfs://${CID_V1}`,
      `/ipfs/${CID_V1}/video.mp4`,
      `https://gateway.example/ipfs/${CID_V1}?x=1`,
      `https://${CID_V1}.ipfs.gateway.example/`,
    ]
    for (const text of [CID_V1, ...spelled, ...placed])
      assert.deepEqual(parseReference(text), { kind: 'cid', cid: CID_V1 }, text)
    assert.deepEqual(parseReference(CID_V0), { kind: 'cid', cid: CID.parse(CID_V0).toV1().toString() })
  })

  it('reads a bundle id alone or behind its origin', () => {
    const id = anId('7k3q2abcde')
    assert.deepEqual(parseReference(id), { kind: 'id', id })
    assert.deepEqual(parseReference(id.toUpperCase()), { kind: 'id', id })
    assert.deepEqual(parseReference(`archive.example/testimony/${id}`), {
      kind: 'id',
      id,
      origin: 'archive.example/testimony',
    })
  })

  it('takes a web page whose path ends like an id for a page when the scheme is given', () => {
    const id = anId('7k3q2abcde')
    assert.equal(parseReference(`https://archive.example/${id}`)?.kind, 'original')
  })

  it('answers nothing for what names nothing', () => {
    const broken = `${CID_V1.slice(0, -1)}!`
    for (const text of [
      '',
      ' ',
      'hello',
      'two words',
      'video.mp4',
      'dQw4w9WgXcQ',
      broken,
      'ipfs://',
      'Qm',
      'C:\\a.mp4',
    ]) {
      assert.equal(parseReference(text), undefined, JSON.stringify(text))
    }
  })

  it('never throws', () => {
    const prefixes = fc.constantFrom('', 'ipfs://', '/ipfs/', 'lbry://', 'https://', 'z', 'bafy', 'Qm', 'youtube:')
    fc.assert(
      fc.property(
        prefixes,
        fc.string({ unit: 'binary', maxLength: 400 }),
        (prefix, text) => void parseReference(prefix + text),
      ),
      { numRuns: 2_000 },
    )
    assert.doesNotThrow(() => parseReference(`z${'1'.repeat(65_000)}`))
  })
})
