import assert from 'node:assert/strict'
import { formatPolicy, parsePolicy } from '../../../src/manifest/policy.ts'
import { sha256 } from '../../fakes/manifest-log.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'
import { textOf } from '../text.ts'
import { tlogSeeds } from '../vector-seeds.ts'

/** Policies: what is written from an accepted one is read as the same policy. */
export const policy: FuzzTarget = {
  name: 'policy',
  share: 60_000,
  codes: ['POLICY_MALFORMED'],
  words: [
    'log ',
    'witness ',
    'group ',
    'quorum ',
    'none',
    ' any ',
    ' all ',
    '\n',
    '# ',
    '\t',
    ' 2 a b',
    'https://w.example/',
  ],
  maxBytes: 1_048_640,
  seeds: () => tlogSeeds('policies.jsonl'),
  run(input) {
    const read = parsePolicy(textOf(input), sha256)
    assert.deepEqual(parsePolicy(formatPolicy(read), sha256), read)
    return ACCEPTED
  },
}
