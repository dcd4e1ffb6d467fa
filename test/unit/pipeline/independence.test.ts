import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { type AtRisk, type DrillResult, drill } from '../../../src/pipeline/engines/drill.ts'
import { belowRules, type IndependenceSettings, viewIndependence } from '../../../src/pipeline/engines/independence.ts'
import { rulesFields } from '../../../src/pipeline/engines/listed-rules.ts'
import { heldBundles } from '../../../src/pipeline/held-bundles.ts'
import { EMBEDDED, embeddedEngine } from '../../../src/replicate/embedded.ts'
import type { Place, Rules } from '../../../src/replicate/rules.ts'
import { type Published, published, type Scripted, scripted } from './scripted-engine.ts'

const PLACES: readonly Place[] = [
  { name: EMBEDDED, operator: 'Us', country: 'NO', runBy: 'organisation' },
  { name: 'one', operator: 'Ann', country: 'DE', runBy: 'person' },
  { name: 'two', operator: 'Pins', country: 'FR', runBy: 'company' },
]

function settings(rules: Partial<Rules> = {}): IndependenceSettings {
  return { rules: { operators: 2, countries: 2, maxCompanies: 1, provenDays: 90, ...rules }, places: PLACES }
}

interface Kept extends Published {
  readonly one: Scripted
  readonly two: Scripted
  /** Reads everything back, everywhere. */
  prove(): Promise<void>
  verdicts(rules?: Partial<Rules>): string[]
  drill(...without: string[]): DrillResult & { readonly risks: readonly AtRisk[] }
}

async function kept(context: TestContext, count = 2): Promise<Kept> {
  const world = await published(context, count)
  const [one, two] = [scripted('one'), scripted('two')]
  await world.fill([one, two])
  return {
    ...{ ...world, one, two },
    async prove() {
      await world.audit([embeddedEngine(heldBundles(world.home)), one, two])
    },
    verdicts: (rules) => [...viewIndependence(world.home, settings(rules)).all()].map(({ verdict }) => verdict),
    drill(...without) {
      const risks: AtRisk[] = []
      const result = drill(world.home, settings(), new Set(without), (risk) => risks.push(risk))
      return { ...result, risks }
    },
  }
}

describe('the rules of a home', () => {
  it('are kept once copies were read back, and unproven while places only say that they have them', async (t) => {
    const world = await kept(t)
    assert.deepEqual(world.verdicts(), ['unproven', 'unproven'])
    assert.deepEqual(belowRules(world.home, settings()), { belowRules: 2, unproven: 2 })
    await world.prove()
    assert.deepEqual(world.verdicts(), ['kept', 'kept'])
    assert.deepEqual(belowRules(world.home, settings()), { belowRules: 0, unproven: 0 })
    assert.deepEqual(world.verdicts({ operators: 4 }), ['broken', 'broken'])
  })

  it('believe what places say where a proof may be 0 days old, and no proof that is older than they let it be', async (t) => {
    const world = await kept(t, 1)
    assert.deepEqual(world.verdicts({ provenDays: 0 }), ['kept'])
    await world.prove()
    const old = new Date(Date.now() - 91 * 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z')
    world.home.db.prepare('UPDATE replica SET proven_at = ? WHERE engine <> ?').run(old, EMBEDDED)
    assert.deepEqual(world.verdicts(), ['unproven'])
    assert.deepEqual(world.verdicts({ provenDays: 100 }), ['kept'])
  })

  it('count no place that is broken, that nobody names any more, or that has an older version', async (t) => {
    const world = await kept(t, 1)
    await world.prove()
    const set = world.home.db.prepare('UPDATE replica SET state = ? WHERE engine = ?')
    set.run('broken', 'one')
    assert.deepEqual(world.verdicts({ operators: 3 }), ['broken'])
    set.run('accepted', 'one')
    assert.deepEqual(world.verdicts({ operators: 3 }), ['broken'])
    world.home.db.exec("UPDATE replica SET code = 'AUDIT_BELOW' WHERE engine = 'one'")
    assert.deepEqual(world.verdicts({ operators: 3 }), ['kept'], 'fewer copies there than asked for are a copy')
    set.run('pinned', 'one')
    assert.deepEqual(world.verdicts({ operators: 3 }), ['kept'])
    const fewer = { ...settings({ operators: 3 }), places: PLACES.slice(0, 2) }
    assert.equal(viewIndependence(world.home, fewer).count().belowRules, 1)
    world.video({ id: 'video000000', info: { title: 'Other words' } })
    await world.add('public')
    await world.publish()
    assert.deepEqual(world.verdicts({ operators: 2 }), ['broken'], 'the newer version is here alone')
  })

  it('count the own files like any other copy, and not when one is gone', async (t) => {
    const world = await kept(t, 1)
    await world.prove()
    assert.deepEqual(world.verdicts({ operators: 3 }), ['kept'])
    rmSync(world.archive, { recursive: true })
    await world.audit([embeddedEngine(heldBundles(world.home))])
    assert.deepEqual(world.verdicts({ operators: 3 }), ['broken'])
    assert.deepEqual(world.verdicts({ operators: 2 }), ['kept'])
  })

  it('take for a claim what a holder signed, unless it was not there when it was asked for', async (t) => {
    const world = await published(t, 2)
    const [{ newestIndex: first = 0 } = { newestIndex: 0 }, { newestIndex: second = 0 } = { newestIndex: 0 }] =
      world.ids
        .map((id) => world.home.bundles.get(id) ?? { newestIndex: 0 })
        .toSorted((a, b) => (a.newestIndex ?? 0) - (b.newestIndex ?? 0))
    assert.ok(second > first)
    const holding = (size: number) => ({
      ...{ ...settings(), claims: new Map([['one', { covers: ({ index }: { index: number }) => index < size }]]) },
    })
    const count = (size: number) => viewIndependence(world.home, holding(size)).count()
    assert.deepEqual(count(second), { belowRules: 2, unproven: 1 }, 'the second is above the head that it signed')
    assert.deepEqual(count(second + 1), { belowRules: 2, unproven: 2 })
    const mirror = { ...scripted('one'), isReadOnly: true }
    await world.audit([mirror])
    assert.deepEqual(count(second + 1), { belowRules: 2, unproven: 0 })
  })

  it('say nothing of what is not published, of what was withdrawn, or where there are none', async (t) => {
    const world = await kept(t, 2)
    const [gone = '', there = ''] = world.ids
    await world.withdraw(gone)
    world.video({ id: 'notYetOut01' })
    const fresh = (await world.add('public')).find(({ status }) => status === 'added')?.id ?? ''
    const fields = rulesFields(world.home, settings())
    assert.deepEqual(
      [gone, fresh].map((id) => fields(id).rules),
      ['none', 'none'],
    )
    assert.equal(fields(there).rules, 'unproven')
    assert.deepEqual(
      fields(there).missed.map(({ rule, wanted, has }) => `${has} of ${wanted} ${rule}`),
      ['0 of 2 operators', '0 of 2 countries'],
    )
    assert.equal(rulesFields(world.home, settings({ operators: 0, countries: 0 }))(there).rules, 'none')
    assert.equal(belowRules(world.home, settings({ operators: 0, countries: 0 })), undefined)
  })
})

describe('a drill', () => {
  it('tells what nobody else says to have from what nobody has shown, and what the rules ask beyond', async (t) => {
    const world = await kept(t)
    assert.deepEqual([world.drill(EMBEDDED).lost, world.drill(EMBEDDED).maybeLost], [0, 2])
    await world.prove()
    const without = world.drill(EMBEDDED)
    assert.deepEqual([without.bundles, without.lost, without.maybeLost, without.belowRules], [2, 0, 0, 0])
    const two = world.drill(EMBEDDED, 'one')
    assert.deepEqual([two.lost, two.belowRules, two.unproven], [0, 2, 0])
    assert.deepEqual(
      two.risks.map(({ id, loss, left }) => ({ id, loss, left })),
      world.ids.map((id) => ({ id, loss: 'below', left: ['two'] })),
    )
    const all = world.drill(EMBEDDED, 'one', 'two')
    assert.deepEqual([all.lost, all.maybeLost, all.belowRules], [2, 0, 2])
    assert.deepEqual(all.risks[0]?.left, [])
  })

  it('takes one place for lost that is the only one, whatever else was once there', async (t) => {
    const world = await kept(t, 1)
    await world.prove()
    world.home.db.prepare("UPDATE replica SET state = 'broken' WHERE engine = 'two'").run()
    assert.equal(world.drill(EMBEDDED, 'one').lost, 1)
    assert.equal(world.drill('two').lost, 0)
  })
})
