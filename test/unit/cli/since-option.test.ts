import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pastTime } from '../../../src/cli/since-option.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')

describe('a time in the past', () => {
  it('is a day in UTC, a time, or how long ago', () => {
    assert.equal(pastTime('2026-11-01', NOW), '2026-11-01T00:00:00Z')
    assert.equal(pastTime('2026-11-01T05:06:07Z', NOW), '2026-11-01T05:06:07Z')
    assert.equal(pastTime('30d', NOW), '2026-10-22T12:00:00Z')
    assert.equal(pastTime('12h', NOW), '2026-11-21T00:00:00Z')
    assert.equal(pastTime('2w', NOW), '2026-11-07T12:00:00Z')
  })

  it('is nothing else', () => {
    for (const text of ['', '30', 'd', '-1d', '1.5d', '2026-02-31', '2026-13-01', '1926-11-21', '999999d', 'yesterday'])
      assert.throws(() => pastTime(text, NOW), { code: 'commander.invalidArgument' }, text)
  })
})
