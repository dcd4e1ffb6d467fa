import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { cleanDaemonText } from '../../../../src/lbry-sdk-client/daemon/clean-text.ts'

describe("a daemon's words", () => {
  it('keep what a person needs', () => {
    for (const text of [
      'Not enough funds to cover this transaction.',
      "You already have a stream claim published under the name 'a'. Use --allow-duplicate-name flag to override.",
      'the following required components have not yet started: ["wallet"]',
      `Timed out waiting for transaction. ${'ab'.repeat(32)}`,
      `Can't find the stream '${'ab'.repeat(20)}' in account(s) 'mzBnvyy9rHPBctEVndPY5ywfiVnQzsjsmw'.`,
      `lbry://@a#7/b#a has no ${'cd'.repeat(48)}`,
    ])
      assert.equal(cleanDaemonText(text), text)
  })

  it('lose paths, quoted or bare, of any system', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['File does not exist: /home/op/My Films/a.mp4', 'File does not exist: <path>'],
      ["No such file: '/home/op/My Films/a.mp4' there", 'No such file: <path> there'],
      ['Path: :/usr/local/bin:/usr/bin', 'Path: :<path>'],
      ['open C:\\Users\\op\\a.mp4', 'open <path>'],
      ['open ~/a b', 'open <path>'],
      ['/home/op', '<path>'],
    ]
    for (const [text, clean] of cases) assert.equal(cleanDaemonText(text), clean)
  })

  it('lose transactions and keys, line breaks and what turns text around', () => {
    assert.equal(
      cleanDaemonText(`(1, 'rejected.\\n\\n64: dust\\n[${'01'.repeat(300)}]')`),
      "(1, 'rejected. 64: dust [<data>]')",
    )
    assert.equal(cleanDaemonText('a\r\n\u001b[31mb\u202ec\u2028d'), 'a [31mb c d')
  })

  it('never hold what was sent as a secret, however short it is', () => {
    assert.equal(cleanDaemonText('wrong password hunter2!', ['hunter2!']), 'wrong password <sent>')
    assert.equal(cleanDaemonText('password is abc', ['abc']), 'left out')
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), fc.string(), (before, secret, after) => {
        const clean = cleanDaemonText(`${before}${secret}${after}`, [secret])
        assert.ok(
          clean === 'left out' || !clean.includes(secret) || '<sent>'.includes(secret) || '<path>'.includes(secret),
        )
      }),
    )
  })

  it('are read in no time, however many of them there are', () => {
    const hostile = ["'/".repeat(4_000_000), ' /'.repeat(4_000_000), 'a'.repeat(8_000_000), '\\n'.repeat(4_000_000)]
    for (const text of hostile) assert.ok(cleanDaemonText(text, ['secret']).length <= 300)
    assert.doesNotMatch(cleanDaemonText(`'/home/op/${'x'.repeat(5_000)}'`), /home/)
  })

  it('are one short line, in any case', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        const clean = cleanDaemonText(text)
        assert.ok(clean.length <= 300 && clean.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(clean))
      }),
    )
  })
})
