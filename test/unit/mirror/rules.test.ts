import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { includedBy, parseRule } from '../../../src/mirror/include-rule.ts'
import { allowance, windowStart } from '../../../src/mirror/obey.ts'
import { checkFollowSettings } from '../../../src/mirror/settings.ts'
import { parseSize } from '../../../src/mirror/size.ts'
import { aBundle } from '../../fakes/manifest-log.ts'
import { aHeldWorld } from './held-world.ts'

describe('rules of what to hold', () => {
  it('look at keys, days and sizes, all of a rule and any of several', () => {
    const bundle = aBundle(1, { at: '2026-03-01T12:00:00Z', bytes: 2_000_000 })
    const holds: readonly (readonly [rules: readonly string[], wanted: boolean])[] = [
      [[], true],
      [['key=youtube:'], true],
      [['key=tiktok:'], false],
      [['since=2026-03-01'], true],
      [['since=2026-03-02'], false],
      [['max=2MB'], true],
      [['max=1999999'], false],
      [['key=youtube:,max=1MB'], false],
      [['key=youtube:, max=1GB'], true],
      [['key=tiktok:', 'since=2020-01-01'], true],
    ]
    for (const [rules, wanted] of holds) assert.equal(includedBy(rules)(bundle), wanted, rules.join(' | '))
  })

  it('are refused when they could mean something else than what was meant', () => {
    for (const rule of ['', 'key=', 'since=March', 'max=', 'max=much', 'colour=red', 'key=a,,max=1', 'KEY=a'])
      assert.throws(() => parseRule(rule), { name: 'MirrorError', code: 'RULE_MALFORMED' }, rule)
  })

  it('read sizes as people write them', () => {
    const sizes = { '2TB': 2e12, '500 MB': 5e8, '1.5GiB': 1_610_612_736, '7': 7, '0': 0, '3b': 3 }
    for (const [text, bytes] of Object.entries(sizes)) assert.equal(parseSize(text), bytes, text)
    for (const text of ['', 'TB', '-1', '1e9', '2XB', '9999999999999999', '1.2345MB'])
      assert.equal(parseSize(text), undefined, text)
  })

  it('of withdrawals allow twenty bundles or one in a thousand, in thirty days', () => {
    assert.deepEqual([0, 100, 20_000, 30_000, 1_000_000].map(allowance), [20, 20, 20, 30, 1_000])
    assert.equal(windowStart('2026-03-31T00:00:00Z'), '2026-03-01T00:00:00Z')
  })

  it('and everything else in follow.toml are checked by name', () => {
    const bad: readonly object[] = [
      {},
      { from: [] },
      { from: ['x'], budget: -1 },
      { from: ['x'], order: 'oldest' },
      { from: ['x'], jurisdictions: ['de'] },
      { from: ['x'], include: ['x=1'] },
      { from: ['x'], speed: 3 },
    ]
    for (const settings of bad)
      assert.throws(
        () => checkFollowSettings(settings, 'f'),
        { code: 'MIRROR_SETTINGS_INVALID' },
        JSON.stringify(settings),
      )
  })
})

describe('what an operator wants of a log', () => {
  it('is done at the next sync, also where follow.toml was changed by hand', async (context) => {
    const { mirror, bundles } = await aHeldWorld(context, [5_000, 6_000], { include: ['max=5kB'] })
    assert.deepEqual([(await mirror.sync()).held, bundles.length], [1, 2])
    const path = join(mirror.home, 'mirrors', 'archive', 'follow.toml')
    writeFileSync(path, readFileSync(path, 'utf8').replace('max=5kB', 'max=6kB'))
    assert.equal((await mirror.sync()).held, 2)
  })
})
