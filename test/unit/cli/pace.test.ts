import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { paceKeeper } from '../../../src/cli/report/pace.ts'

function clock(): { readonly now: () => number; pass(seconds: number): void } {
  let ms = 5_000
  return {
    now: () => ms,
    pass(seconds) {
      ms += seconds * 1000
    },
  }
}

describe('the pace of a step', () => {
  it('says rate and time left from the beginning of the step', () => {
    const time = clock()
    const pace = paceKeeper(time.now)
    pace({ label: 'reading', doneBytes: 0, totalBytes: 1_000, doneItems: 0 })
    time.pass(2)
    const at = pace({ label: 'reading', doneBytes: 400, totalBytes: 1_000, doneItems: 1 })
    assert.deepEqual(at, { bytesPerSecond: 200, secondsLeft: 3 })
  })

  it('says nothing of the time left before anything is done, or where there is no total', () => {
    const time = clock()
    const pace = paceKeeper(time.now)
    assert.equal(pace({ label: 'reading', doneBytes: 0, totalBytes: 10, doneItems: 0 }).secondsLeft, undefined)
    time.pass(1)
    assert.equal(pace({ label: 'reading', doneBytes: 5, doneItems: 0 }).secondsLeft, undefined)
  })

  it('begins anew with another step, and does not count what was done before it', () => {
    const time = clock()
    const pace = paceKeeper(time.now)
    pace({ label: 'reading', doneBytes: 0, doneItems: 0 })
    time.pass(10)
    pace({ label: 'checking', doneBytes: 1_000, doneItems: 0 })
    time.pass(1)
    assert.equal(pace({ label: 'checking', doneBytes: 1_100, doneItems: 1 }).bytesPerSecond, 100)
  })
})
