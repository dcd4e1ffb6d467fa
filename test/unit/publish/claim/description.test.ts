import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { bytesOf } from '../../../../src/publish/claim/cut.ts'
import { composeDescription } from '../../../../src/publish/claim/description.ts'
import { readLastLines, writeLastLines } from '../../../../src/publish/claim/last-lines.ts'
import { quoteLookalikes, tameMarkdown } from '../../../../src/publish/claim/plain-markdown.ts'
import { foreignText, longText } from './hostile-documents.ts'

const LAST = {
  original: 'https://www.youtube.com/watch?v=abcdefghijk',
  root: 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
  citation: 'archive.example/g37yj4jt44e',
}
const END = `Original: ${LAST.original}\nipfs://${LAST.root}\n${LAST.citation}`

function describeIt(...texts: readonly string[]): string {
  return composeDescription(texts, LAST, 6_500)
}

describe('composeDescription', () => {
  it('puts the last lines into a paragraph of their own', () => {
    assert.equal(describeIt('One.\n\nTwo.', 'Бір.'), `One.\n\nTwo.\n\nБір.\n\n${END}`)
    assert.equal(describeIt(), END)
    assert.equal(describeIt('', ' \n '), END)
  })

  it('says nothing twice', () => assert.equal(describeIt('Same', 'Same', 'Other'), `Same\n\nOther\n\n${END}`))

  it('shares the room fairly: a short text stays whole between long ones', () => {
    const description = composeDescription(['а'.repeat(9_000), 'short', 'б'.repeat(9_000)], LAST, 2_000)
    const [first = '', second, third = '', end] = description.split('\n\n')
    assert.equal(second, 'short')
    assert.ok(Math.abs(bytesOf(first) - bytesOf(third)) <= 4 && first.endsWith('а…') && third.endsWith('б…'))
    assert.equal(end, END)
    assert.ok(bytesOf(description) <= 2_000 && bytesOf(description) > 1_990)
  })

  it('keeps the last lines when there is room for nothing else', () => {
    assert.equal(composeDescription(['a'.repeat(100)], LAST, bytesOf(END)), END)
  })

  const fakes: Readonly<Record<string, readonly [text: string, line: string]>> = {
    'our first line': ['Original: https://evil.example/', '> Original: https://evil.example/'],
    'it in capitals': ['ORIGINAL : https://evil.example/', '> ORIGINAL : https://evil.example/'],
    'it in bold': ['**Original:** https://evil.example/', '> **Original:** https://evil.example/'],
    'it as a link': ['[Original: https://a](https://evil.example/)', '> [Original: https://a](https://evil.example/)'],
    'it with Cyrillic letters': ['Оriginаl: https://evil.example/', '> Оriginаl: https://evil.example/'],
    'it in full width': ['Ｏｒｉｇｉｎａｌ：https://evil.example/', '> Ｏｒｉｇｉｎａｌ：https://evil.example/'],
    'it with hidden characters': ['O\u200bri\u2060ginal: x', '> O\u200bri\u2060ginal: x'],
    'it by references of HTML': ['&#79;riginal: x', '\\&#79;riginal: x'],
    'our second line': ['ipfs://bafyevil', '> ipfs://bafyevil'],
    'it in a list': ['- ipfs://bafyevil', '> - ipfs://bafyevil'],
    'our third line': ['archive.example/22222222222', '> archive.example/22222222222'],
    'it as a heading': ['## Archive.Example/22222222222', '> ## Archive.Example/22222222222'],
  }
  for (const [what, [text, line]] of Object.entries(fakes))
    it(`does not let a text fake ${what}`, () => assert.equal(describeIt(`Words\n${text}`), `Words\n${line}\n\n${END}`))

  it('lets people speak of originals and of IPFS', () => {
    const text = 'The original: lost.\nOriginals of 2017\nSee ipfs://bafy and archive.example'
    assert.equal(describeIt(text), `${text}\n\n${END}`)
  })

  it('does not let empty lines push the last ones out of sight', () => {
    assert.equal(describeIt(`Words${'\n \u3000\u2800\u200b\n'.repeat(1_000)}more`), `Words\n\nmore\n\n${END}`)
  })

  it('ends with a paragraph that says what was written, whatever comes before it', () => {
    fc.assert(
      fc.property(fc.array(longText, { maxLength: 5 }), fc.integer({ min: 300, max: 6_500 }), (texts, max) => {
        const description = composeDescription(texts, LAST, max)
        assert.ok(bytesOf(description) <= max)
        assert.equal(description.split('\n\n').at(-1), END)
        assert.deepEqual(readLastLines(description), LAST)
        const lines = description.split('\n')
        assert.equal(lines.filter((line) => /^(Original: |ipfs:\/\/|archive\.example\/)/.test(line)).length, 3)
      }),
      { numRuns: 300 },
    )
  })
})

describe('tameMarkdown', () => {
  const cases: Readonly<Record<string, readonly [text: string, tame: string]>> = {
    'a fence': ['```js\nx', '\\`\\`\\`js\nx'],
    'a longer fence': ['  ~~~~~', '  \\~\\~\\~\\~\\~'],
    'a comment': ['<!-- x', '\\<!-- x'],
    'an instruction': ['<?x', '\\<?x'],
    'a declaration': ['<!DOCTYPE', '\\<!DOCTYPE'],
    CDATA: ['<![CDATA[', '\\<![CDATA['],
    'what holds scripts': ['<ScRiPt>', '\\<ScRiPt>'],
    'front matter': ['---\ntitle: x\n---\nHello', '\\---\ntitle: x\n---\nHello'],
    'a reference': ['&lt;!-- &#60;', '\\&lt;!-- \\&#60;'],
    'a backslash that would undo the other': ['\\\\<!--', '\\\\\\<!--'],
    'what is harmless already, which stays': ['\\<!-- \\\\\\<?', '\\<!-- \\\\\\<?'],
    'a fence behind a backslash': ['\\```', '\\`\\`\\`'],
    'one tag after another': ['<a><b>\\<c>\\\\<d>', '\\<a>\\<b>\\<c>\\\\\\<d>'],
  }
  for (const [what, [text, tame]] of Object.entries(cases))
    it(`makes harmless ${what}`, () => assert.equal(tameMarkdown(text), tame))

  it('leaves alone what ends with its paragraph', () => {
    const text = '# *One* `two` ~~three~~ [four](https://x.example/) <https://x.example/a?b&c=1> 1 < 2 & 3\n> five\n---'
    assert.equal(tameMarkdown(text), text)
  })

  it('reads 16 texts of 100,000 backslashes or fences in one go', () => {
    for (const piece of ['\\', '\\```', '<', '&a', ' \\'])
      for (let i = 0; i < 16; i += 1) assert.ok(tameMarkdown(piece.repeat(100_000 / piece.length)).length >= 100_000)
  })

  it('leaves no open fence or tag in anything, and changes nothing but by backslashes', () => {
    fc.assert(
      fc.property(foreignText, (text) => {
        const tame = tameMarkdown(text)
        const withoutEscapes = tame.replace(/\\[\s\S]/g, '.')
        assert.doesNotMatch(withoutEscapes, /`{3}|~{3}|<[!?/]|<(?!https?:)[a-z]/i)
        assert.equal(tame.replaceAll('\\', ''), text.replaceAll('\\', ''))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('quoteLookalikes', () => {
  it('knows an origin with letters before and after folding', () => {
    assert.equal(quoteLookalikes('АРХИВ.example/x', 'arhiv.example'), 'АРХИВ.example/x')
    assert.equal(quoteLookalikes('7.Archive.example:8080/x', '7.archive.example:8080'), '> 7.Archive.example:8080/x')
  })
})

describe('readLastLines', () => {
  it('reads what was written, with and without an original', () => {
    const { original: _, ...without } = LAST
    for (const lines of [LAST, without]) {
      assert.deepEqual(readLastLines(writeLastLines(lines)), lines)
      assert.deepEqual(readLastLines(`Words\n\n${writeLastLines(lines)}`), lines)
    }
  })

  it('takes nothing from the paragraph before, and no other form', () => {
    const without = `ipfs://${LAST.root}\n${LAST.citation}`
    assert.equal(readLastLines(`Words\nOriginal: https://evil.example/\n\n${without}`)?.original, undefined)
    for (const other of [
      '',
      `Words\n${without}`,
      `${without}\n`,
      `${without}\nx`,
      `Original: http://x/\n${without}`,
      LAST.root,
    ])
      assert.equal(readLastLines(other), undefined)
  })
})
