import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { keepEntries, keepReads } from '../../../src/manifest/kept-reads.ts'

describe('reads that are kept', () => {
  it('answer as the read itself does, in any order, whatever fits', () => {
    const property = fc.property(fc.array(fc.nat(30)), fc.nat(200), (keys, budget) => {
      const kept = keepReads(
        (key: number) => `v${key}`,
        (value) => value.length,
        budget,
      )
      for (const key of keys) assert.equal(kept(key), `v${key}`)
    })
    fc.assert(property)
  })

  it('happen once for what fits into the budget, and each time for the rest', () => {
    const asked: number[] = []
    const kept = keepReads(
      (key: number) => {
        asked.push(key)
        return key
      },
      () => 10,
      25,
    )
    for (const key of [1, 2, 3, 1, 2, 3]) kept(key)
    assert.deepEqual(asked, [1, 2, 3, 3])
  })

  it('are asked again after a failure', () => {
    let fails = true
    const kept = keepReads(
      () => {
        if (fails) throw new RangeError('not yet')
        return 'value'
      },
      () => 1,
      10,
    )
    assert.throws(() => kept('key'), RangeError)
    fails = false
    assert.equal(kept('key'), 'value')
  })

  it('hold at most 32 MiB of entries', () => {
    let reads = 0
    const large = new Uint8Array(16_384)
    const entry = keepEntries(() => {
      reads += 1
      return large
    })
    for (let round = 0; round < 2; round++) for (let index = 0; index < 3_000; index++) entry(index)
    const keptEntries = 6_000 - reads
    assert.ok(keptEntries > 1_900 && keptEntries * large.length <= 32 * 1024 * 1024, `${keptEntries} entries`)
  })
})
