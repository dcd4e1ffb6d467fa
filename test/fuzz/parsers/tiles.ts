import assert from 'node:assert/strict'
import { decodeEntryBundle, encodeEntryBundle, joinHashes, splitHashes } from '../../../src/manifest/tiles.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'

function bundleOf(count: number, length: number): Uint8Array {
  return encodeEntryBundle(Array.from({ length: count }, (_, n) => new Uint8Array(length).fill(n)))
}

/** Entry bundles behind one byte that says how many entries are asked for; what is accepted is written with the same bytes. */
export const entryBundle: FuzzTarget = {
  name: 'entry bundle',
  share: 30_000,
  codes: ['TILE_MALFORMED'],
  words: ['\0\0', '\0\u0001x'],
  maxBytes: 256 * 1024,
  seeds: () =>
    [
      [1, 0],
      [1, 300],
      [3, 17],
      [255, 2],
      [2, 65_535],
    ].map(([count = 1, length = 0]) => Buffer.concat([Buffer.of(count), bundleOf(count, length)])),
  run(input) {
    const [expected = 0] = input
    const entries = decodeEntryBundle(input.subarray(1), expected)
    assert.equal(entries.length, expected)
    if (expected > 0) assert.deepEqual(Buffer.from(encodeEntryBundle(entries)), Buffer.from(input.subarray(1)))
    return ACCEPTED
  },
}

/** Hash tiles. */
export const tile: FuzzTarget = {
  name: 'tile',
  share: 10_000,
  codes: ['TILE_MALFORMED'],
  words: ['0123456789abcdef0123456789abcdef'],
  maxBytes: 16 * 1024,
  seeds: () => [1, 2, 255, 256].map((width) => new Uint8Array(width * 32).fill(width)),
  run(input) {
    assert.deepEqual(Buffer.from(joinHashes(splitHashes(input))), Buffer.from(input))
    return ACCEPTED
  },
}
