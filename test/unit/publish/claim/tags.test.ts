import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { steersOdysee } from '../../../../src/publish/claim/odysee-tags.ts'
import { claimTags } from '../../../../src/publish/claim/tags.ts'
import { cleanTags } from '../../../fakes/lbry-values.ts'
import { foreignText } from './hostile-documents.ts'

describe('claimTags', () => {
  it('normalises as the daemon does, and keeps the order', () => {
    const tags = ['News', ' #Human~Rights! ', "People's", 'news', '  ', 'ŞİNCAN', '新疆', 'a, b']
    assert.deepEqual(claimTags(tags, false), ['news', 'human rights', 'peoples', 'şi̇ncan', '新疆', 'a, b'])
  })

  it('sends only what the daemon would store as it is', () => {
    fc.assert(
      fc.property(fc.array(foreignText, { maxLength: 40 }), fc.boolean(), (given, sensitive) => {
        const tags = claimTags(given, sensitive)
        assert.deepEqual(new Set(cleanTags(tags)), new Set(tags))
        assert.ok(tags.every((tag) => tag === 'mature' || !steersOdysee(tag)))
        assert.ok(tags.every((tag) => !tag.normalize('NFKC').includes(':')))
      }),
      { numRuns: 500 },
    )
  })

  it('keeps 25, and leaves out the ones above 50 bytes, which would be other words when cut', () => {
    const many = Array.from({ length: 100 }, (_, i) => `tag ${i}`)
    assert.deepEqual(claimTags(many, false), many.slice(0, 25))
    assert.deepEqual(claimTags(many, true), ['mature', ...many.slice(0, 24)])
    assert.deepEqual(claimTags(['x'.repeat(51), 'ж'.repeat(26), 'ж'.repeat(25)], false), ['ж'.repeat(25)])
  })

  it('marks as sensitive by the option alone', () => {
    assert.deepEqual(claimTags(['mature', 'NSFW', 'Sex', 'Big Boobs', 'essex', 'assembly'], false), [
      'essex',
      'assembly',
    ])
    assert.deepEqual(claimTags(['Mature'], true), ['mature'])
  })
})

describe('steersOdysee', () => {
  const steering = [
    ...[
      'c:unlisted',
      'C:Unlisted',
      ' c : unlisted ',
      'c：unlisted',
      'ｃ﹕unlisted',
      'c\u0301:unlisted',
      'c\u200b:\u200bunlisted',
    ],
    ...[
      'с:unlisted',
      'c\u2236unlisted',
      'c\ua789scheduled\ua789show',
      'c\u02d0private',
      '\u202ec:private',
      '#c:members-only',
      '~c:x',
    ],
    ...['purchase:10', 'rental:5:3', 'chat:members-only', 'preorder:x', 'my full upload:y', 'c:', ':'],
    ...[
      'disable-support',
      'Disable Support',
      'dïsable_support',
      'disable-comments',
      'lbry-first',
      'LBRY First',
      'c unlisted',
      'C!Private',
    ],
    ...['c-scheduled-show', 'scheduled-livestream', 'members-only', 'ｍａｔｕｒｅ', 'x.x.x'],
  ]
  for (const tag of steering) it(`knows ${JSON.stringify(tag)}`, () => assert.equal(steersOdysee(tag), true))

  const harmless = [
    'unlisted',
    'private',
    'camp',
    'china',
    'concentration camps',
    'comments',
    'support',
    'disabled people',
    '👍',
    'c',
    'schedule',
    'sextortion',
    'ئۇيغۇر',
    'Шыңжаң',
  ]
  for (const tag of harmless) it(`lets ${JSON.stringify(tag)} pass`, () => assert.equal(steersOdysee(tag), false))
})
