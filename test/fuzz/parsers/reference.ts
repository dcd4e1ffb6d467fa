import assert from 'node:assert/strict'
import { isBundleId } from '../../../src/model/bundle-id.ts'
import { cidText, parseCid } from '../../../src/model/content-id.ts'
import { parseLbryReference } from '../../../src/model/lbry-reference.ts'
import { isOriginalKey, parseReference, urlOfKey } from '../../../src/model/original.ts'
import { readReference, valuesOf } from '../../../src/read/look-up-reference.ts'
import { testFile, testId, testRoot } from '../../fakes/manifest-log.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'
import { bytesOfText, textOf } from '../text.ts'
import { URLS } from './url.ts'

const SEEDS = [
  ...[testId(1), testId(2).toUpperCase(), `archive.example/testimony/${testId(3)}`, testRoot(1), testFile(2)],
  ...[
    `ipfs://${testRoot(1)}/video.mp4`,
    `https://dweb.link/ipfs/${testFile(1)}?x`,
    `https://${testRoot(3)}.ipfs.dweb.link/`,
  ],
  ...[
    'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG',
    'youtube:video:dQw4w9WgXcQ',
    'vk:clip:-1_2',
    'youtube:handle:é',
  ],
  ...['lbry:claim:0123456789012345678901234567890123456789', `f01551220${'00'.repeat(32)}`, 'telegram:post:share/7'],
  ...['constructor:constructor:x', 'youtube:constructor:x', 'youtube:__proto__:x', 'lbry://@a#1/b#2'],
  ...['0123456789ABCDEF0123456789abcdef01234567', `${'a0'.repeat(32)}:1`, 'https://odysee.com/@chan:c/name:d'],
]

/** What people type after `lookup`: a reference is written in its canonical form and read to the same again. */
export const reference: FuzzTarget = {
  name: 'reference',
  share: 50_000,
  codes: ['REFERENCE_UNCLEAR'],
  words: [
    'ipfs://',
    '/ipfs/',
    'bafybei',
    'bafkrei',
    'Qm',
    'youtube:video:',
    'web:sha256:',
    ':',
    'z',
    'k',
    'm',
    'u',
    'archive.example/',
  ],
  maxBytes: 70_000,
  seeds: () => [...SEEDS, ...SEEDS, ...URLS.filter((_, i) => i % 8 === 0)].map(bytesOfText),
  run(input) {
    const claim = parseLbryReference(textOf(input))
    if (claim !== undefined) assert.ok(claim.claimId ?? claim.output ?? claim.address)
    const found = readReference(textOf(input))
    assert.ok(valuesOf(found).length > 0)
    switch (found.kind) {
      case 'cid':
        assert.equal(cidText(parseCid(found.cid)), found.cid)
        assert.deepEqual(parseReference(found.cid), found)
        return ACCEPTED
      case 'id':
        assert.ok(isBundleId(found.id))
        assert.deepEqual(parseReference(found.id), { kind: 'id', id: found.id })
        return ACCEPTED
      default: {
        assert.ok([found.key, ...found.aliases].every(isOriginalKey))
        assert.deepEqual(parseReference(found.key), { kind: 'original', key: found.key, aliases: [] })
        if (/^lbry:(?:claim|output):/.test(found.key)) assert.ok(parseLbryReference(found.key))
        const url = urlOfKey(found.key)
        if (url !== undefined) assert.equal(new URL(url).href, url)
        return ACCEPTED
      }
    }
  },
}
