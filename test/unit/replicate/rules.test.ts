import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { independent, missedRules, type Place, type Rules } from '../../../src/replicate/rules.ts'

const RULES: Rules = { operators: 3, countries: 2, maxCompanies: 1, provenDays: 90 }

function place(operator: string, country: string, runBy: Place['runBy'] = 'organisation'): Place {
  return { name: `${operator}-${country}`, operator, country, runBy }
}

const anyPlace: fc.Arbitrary<Place> = fc.record({
  name: fc.string(),
  operator: fc.constantFrom('Ann', 'ann ', 'Archive', 'Pins Inc', 'Boxes Ltd', ''),
  country: fc.constantFrom('NO', 'DE', 'KZ', ''),
  runBy: fc.constantFrom('person', 'organisation', 'company', ''),
})
const places = fc.array(anyPlace, { maxLength: 12 })

describe('rules about copies', () => {
  it('count an operator once, however many places it runs and however it is written', () => {
    const own = [place('Our Archive', 'NO'), place('our  archive', 'NO'), place(' OUR ARCHIVE', 'DE')]
    assert.deepEqual(independent(own, 32), { operators: 1, countries: 2 })
    assert.deepEqual(missedRules(own, RULES), [{ rule: 'operators', wanted: 3, has: 1 }])
  })

  it('let no more companies count than they allow, and hold further ones against nobody', () => {
    const two = [place('A', 'NO'), place('B', 'NO')]
    const pins = [place('Pins', 'DE', 'company'), place('Boxes', 'FR', 'company')]
    assert.deepEqual(missedRules([...two, ...pins], RULES), [])
    const [first] = two
    assert.deepEqual(missedRules(first === undefined ? [] : [first, ...pins], RULES), [
      { rule: 'operators', wanted: 3, has: 2 },
    ])
    assert.deepEqual(independent([...two, ...pins], 1), { operators: 3, countries: 2 })
    assert.deepEqual(independent([...two, ...pins], 0), { operators: 2, countries: 1 })
  })

  it('take those companies first that bring another country', () => {
    const all = [place('A', 'NO'), place('Pins', 'NO', 'company'), place('Boxes', 'DE', 'company')]
    assert.deepEqual(independent(all, 1), { operators: 2, countries: 2 })
  })

  it('take whoever is not named for one operator, in no country, and for a company', () => {
    const unnamed: Place = { name: 'usb', operator: '', country: '', runBy: '' }
    assert.deepEqual(independent([unnamed, { ...unnamed, name: 'kubo' }], 32), { operators: 1, countries: 0 })
    assert.deepEqual(independent([unnamed], 0), { operators: 0, countries: 0 })
    const named = place('A', 'NO')
    assert.deepEqual(independent([named, { ...named, name: 'b', runBy: 'company' }], 0), { operators: 0, countries: 0 })
  })

  it('are never missed by more because there is one more place, nor by less for a stricter rule', () => {
    fc.assert(
      fc.property(places, anyPlace, fc.nat(4), (before, more, most) => {
        const isOther = before.every(
          ({ operator }) => operator.trim().toLowerCase() !== more.operator.trim().toLowerCase(),
        )
        const [a, b] = [independent(before, most), independent([...before, more], most)]
        // A company that is found out to be one is another matter.
        if (isOther) assert.ok(b.operators >= a.operators && b.countries >= a.countries)
        const strict = independent(before, Math.max(0, most - 1))
        assert.ok(strict.operators <= a.operators && strict.countries <= a.countries)
      }),
    )
  })

  it('do not depend on the order of the places', () => {
    fc.assert(
      fc.property(places, fc.nat(4), (all, most) => {
        assert.equal(independent(all, most).operators, independent(all.toReversed(), most).operators)
      }),
    )
  })

  it('ask for nothing where they are 0', () => {
    assert.deepEqual(missedRules([], { ...RULES, operators: 0, countries: 0 }), [])
  })
})
