import assert from 'node:assert/strict'
import { formatVkey, parseVkey } from '../../../src/manifest/vkey.ts'
import { sha256 } from '../../fakes/manifest-log.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'
import { textOf } from '../text.ts'
import { tlogSeeds } from '../vector-seeds.ts'

const KNOWN_TYPES = [1, 4, 6]

/** Verifier keys: one of a known type is written again as the same text. */
export const vkey: FuzzTarget = {
  name: 'verifier key',
  share: 40_000,
  codes: ['VKEY_MALFORMED'],
  words: ['archive.example/manifest', '+2758c0af+', '+', 'AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c', '=='],
  maxBytes: 256 * 1024,
  seeds: () => tlogSeeds('vkeys.jsonl'),
  run(input) {
    const key = parseVkey(textOf(input), sha256)
    assert.equal(key.text, textOf(input))
    if (KNOWN_TYPES.includes(key.type)) assert.equal(formatVkey(key, sha256), key.text)
    return ACCEPTED
  },
}
