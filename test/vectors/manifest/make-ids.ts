import { parseBundleId } from '../../../src/model/bundle-id.ts'
import { testId } from '../../fakes/manifest-log.ts'

/** Ids as people type them; §2.6. */
export function idCases(): object[] {
  const id = testId(1)
  const withOne = Array.from({ length: 50 }, (_, n) => testId(n)).find((candidate) => candidate.includes('1')) ?? ''
  const swapped = `${id[1]}${id[0]}${id.slice(2)}`
  const wrong = `${id.slice(0, 10)}${id.endsWith('2') ? '3' : '2'}`
  const cases: [name: string, text: string, id: string | null][] = [
    ['an id', id, id],
    ['capitals', id.toUpperCase(), id],
    ['dashes anywhere', `${id.slice(0, 3)}-${id.slice(3, 7)}-${id.slice(7)}`, id],
    ['l for 1', withOne.replaceAll('1', 'l'), withOne],
    ['capital I for 1', withOne.replaceAll('1', 'I'), withOne],
    ['a wrong check symbol', wrong, null],
    ['two symbols swapped', swapped, swapped === id ? id : null],
    ['one symbol short', id.slice(0, 10), null],
    ['one symbol more', `${id}1`, null],
    ['a zero', `0${id.slice(1)}`, null],
    ['an o', `o${id.slice(1)}`, null],
    ['a u', `u${id.slice(1)}`, null],
    ['a space', ` ${id}`, null],
    ['nothing', '', null],
    ['dashes only', '-----------', null],
    ['the long s, whose capital is S', `ſ${id.slice(1)}`, null],
    ['full-width digits', `１${id.slice(1)}`, null],
  ]
  return cases.map(([name, text, expected]) => {
    if ((parseBundleId(text) ?? null) !== expected) throw new Error(`the vector "${name}" does not hold`)
    return { name, rule: '§2.6', text, id: expected }
  })
}
