import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseLbryReference } from '../../../src/model/lbry-reference.ts'
import { parseReference } from '../../../src/model/original.ts'

const CLAIM = '0123456789abcdef0123456789abcdef01234567'
const CHANNEL = 'fedcba9876543210fedcba9876543210fedcba98'
const TXID = 'a'.repeat(64)

describe('parseLbryReference', () => {
  it('reads a whole claim id, an output and their keys, in any case', () => {
    for (const text of [CLAIM, CLAIM.toUpperCase(), ` ${CLAIM} `, `lbry:claim:${CLAIM}`])
      assert.deepEqual(parseLbryReference(text), { claimId: CLAIM }, text)
    for (const text of [`${TXID}:1`, `${TXID.toUpperCase()}:1`, `lbry:output:${TXID}:1`])
      assert.deepEqual(parseLbryReference(text), { output: { txid: TXID, nout: 1 } }, text)
  })

  it('reads what an address says of claim and channel, however short', () => {
    const claim = { name: 'name', idPrefix: '1' }
    const channel = { name: '@chan', idPrefix: 'a' }
    for (const text of [
      'lbry://@Chan#A/Name#1',
      'lbry://@chan:a/name:1',
      'https://odysee.com/@chan:a/name:1?t=5',
      'odysee.com/@chan:a/name:1',
      'https://odysee.com/$/embed/@chan:a/name:1',
    ])
      assert.deepEqual(parseLbryReference(text), { address: { channel, claim } }, text)
    assert.deepEqual(parseLbryReference('lbry://name'), { address: { claim: { name: 'name' } } })
    assert.deepEqual(parseLbryReference('lbry://name*2'), { address: { claim: { name: 'name' } } })
    assert.deepEqual(parseLbryReference(`lbry://@c#${CHANNEL}/name#${CLAIM}`), {
      claimId: CLAIM,
      address: { channel: { name: '@c', idPrefix: CHANNEL }, claim: { name: 'name', idPrefix: CLAIM } },
    })
  })

  it('folds names as they compete on the network', () => {
    assert.equal(parseLbryReference('lbry://Caf\u00e9#1')?.address?.claim.name, 'cafe\u0301')
    assert.equal(parseLbryReference('https://odysee.com/%D2%9A%D0%90:1')?.address?.claim.name, 'қа')
  })

  it('takes nothing else for a claim', () => {
    for (const text of [
      ...[
        '',
        ' ',
        'video.mp4',
        'https://youtu.be/dQw4w9WgXcQ',
        'lbry://',
        'lbry://a/b',
        'lbry://@a/b/c',
        'lbry://na=me',
      ],
      ...[CLAIM.slice(1), `${CLAIM}0`, `${TXID}:`, `${TXID}:01`, `${TXID}:123456`, TXID, `g${CLAIM.slice(1)}`],
      ...['https://odysee.com/', 'https://odysee.com.example/@chan:a/name:1', 'lbry:claim:12', 'two words'],
    ])
      assert.equal(parseLbryReference(text), undefined, text)
  })
})

describe('parseReference', () => {
  it('reads ids as the programs of LBRY print them', () => {
    const keyOf = (text: string): unknown => {
      const reference = parseReference(text)
      return reference?.kind === 'original' ? reference.key : reference
    }
    assert.equal(keyOf(CLAIM), `lbry:claim:${CLAIM}`)
    assert.equal(keyOf(CLAIM.toUpperCase()), `lbry:claim:${CLAIM}`)
    assert.equal(keyOf(`${TXID}:0`), `lbry:output:${TXID}:0`)
    assert.equal(keyOf(CLAIM.slice(1)), undefined)
  })
})
