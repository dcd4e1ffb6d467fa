import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { glob, readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import * as v from 'valibot'
import { isClaimName } from '../../../../src/lbry-sdk-client/index.ts'
import { newBundleId } from '../../../../src/model/bundle-id.ts'
import { claimName } from '../../../../src/publish/claim/claim-name.ts'
import { publicName } from '../../../../src/publish/claim/public-name.ts'
import { foreignText, someTexts } from './hostile-documents.ts'

const ID = 'g37yj4jt44e'
const vectors = new URL('../../../vectors/claim-names/', import.meta.url)
const schema = v.array(v.strictObject({ language: v.string(), title: v.string(), slug: v.string(), why: v.string() }))

function anId(): string {
  return newBundleId((length) => randomBytes(length))
}

describe('claimName', async () => {
  let files = 0
  for await (const file of glob('*.json', { cwd: vectors.pathname })) {
    files += 1
    for (const { language, title, slug, why } of v.parse(
      schema,
      JSON.parse(await readFile(new URL(file, vectors), 'utf8')),
    ))
      it(`names ${JSON.stringify(title)} (${file}: ${why})`, () =>
        assert.equal(claimName([{ language, value: title }], ID), `${slug}-${ID}`))
  }

  it('is tried in ten files of vectors', () => assert.equal(files, 10))

  it('takes the first title that has words', () => {
    const titles = [
      { language: 'und', value: '👍' },
      { language: 'ru', value: 'Да' },
      { language: 'en', value: 'Yes' },
    ]
    assert.equal(claimName(titles, ID), `da-${ID}`)
    assert.equal(claimName([], ID), `record-${ID}`)
  })

  it('makes a name of LBRY within 60 bytes of whatever is given, and the same again', () => {
    fc.assert(
      fc.property(someTexts(foreignText), (titles) => {
        const name = claimName(titles, ID)
        assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/)
        assert.ok(isClaimName(name) && name.length <= 60 && name.endsWith(`-${ID}`))
        assert.equal(claimName(titles, ID), name)
      }),
      { numRuns: 500 },
    )
  })

  it('gives two bundles two names, even where the titles give one slug', () => {
    fc.assert(
      fc.property(someTexts(foreignText), someTexts(foreignText), (one, other) => {
        const [a, b] = [anId(), anId()]
        assert.notEqual(claimName(one, a), claimName(other, b))
        assert.notEqual(claimName(one, a), claimName(one, b))
      }),
    )
  })

  it('reads a title of 100,000 characters in no time that anybody notices, and cuts it', () => {
    const name = claimName([{ language: 'ar', value: 'شاهد '.repeat(20_000) }], ID)
    assert.equal(name, `${Array.from({ length: 8 }, () => 'shahd').join('-')}-${ID}`)
  })

  it('refuses what is no citation id, because the name would then not be the only one', () => {
    for (const id of ['', 'g37yj4jt44f', 'G37YJ4JT44E', `${ID}-x`])
      assert.throws(() => claimName([], id), { name: 'TypeError' })
  })
})

describe('publicName', () => {
  it('is the name and the extension of the neutral name, and nothing else of it', () => {
    assert.equal(publicName('video.mp4', `a-${ID}`), `a-${ID}.mp4`)
    assert.equal(publicName('subtitles.ug-Arab.vtt', 'a'), 'a.vtt')
    assert.equal(publicName('Aygul and Murat.jpg/../x', 'a'), 'a')
    assert.equal(publicName('video', 'a'), 'a')
    assert.equal(publicName('video.mp4\n', 'a'), 'a')
  })
})
