import assert from 'node:assert/strict'
import { formatCheckpoint, parseCheckpoint } from '../../../src/manifest/checkpoint.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'
import { textOf } from '../text.ts'
import { tlogSeeds } from '../vector-seeds.ts'

/** Texts of checkpoints: there is one spelling of each. */
export const checkpoint: FuzzTarget = {
  name: 'checkpoint',
  share: 30_000,
  codes: ['CHECKPOINT_MALFORMED'],
  words: ['archive.example/manifest', '\n257\n', '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n'],
  maxBytes: 64 * 1024,
  seeds: () => tlogSeeds('checkpoints.jsonl'),
  run(input) {
    const text = textOf(input)
    assert.equal(formatCheckpoint(parseCheckpoint(text)), text)
    return ACCEPTED
  },
}
