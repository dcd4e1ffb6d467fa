import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { composeBundle } from '../../../src/bundle/compose.ts'
import { PRIVATE_ROLES, PUBLIC_ROLES } from '../../../src/model/bundle.ts'
import { MEDIA_TYPES } from '../../../src/model/media-type.ts'
import { urlOfKey } from '../../../src/model/original.ts'
import { type ValidVector, vectors } from './vectors.ts'

const ROOT = new URL('../../../', import.meta.url)

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8')
}

describe('a bundle document', () => {
  it('takes every key that a URL leads to, with the URL that is rebuilt from it', () => {
    const [minimal] = vectors<ValidVector>('valid')
    assert.ok(minimal)
    const names = readdirSync(new URL('test/vectors/originals/', ROOT)).filter((name) => name.endsWith('.jsonl'))
    const lines = names.flatMap((name) => read(`test/vectors/originals/${name}`).trimEnd().split('\n'))
    const found = lines.map((line) => JSON.parse(line) as { key?: string | null; aliases?: string[]; account?: string })
    const keys = new Set(
      found
        .flatMap(({ key, aliases = [], account }) => [key, account, ...aliases])
        .filter((key) => typeof key === 'string'),
    )
    assert.ok(keys.size > 100)
    for (const key of keys) {
      const url = urlOfKey(key)
      const originals = [{ key, ...(url === undefined ? {} : { url }) }]
      assert.doesNotThrow(() => composeBundle({ ...minimal.document, originals }, minimal.files), key)
    }
  })
})

describe('docs/spec/vocabulary.md', () => {
  const vocabulary = read('docs/spec/vocabulary.md')

  it('lists the media types of the program, in its order', () => {
    const section = vocabulary.slice(vocabulary.indexOf('\n## Media types\n'), vocabulary.indexOf('\n## Access\n'))
    const rows = section.split('\n').filter((line) => /^\| `[a-z]+\//.test(line))
    const expected = MEDIA_TYPES.map(({ mediaType, kind, extension, given }) => {
      return `| \`${mediaType}\` | ${kind} | \`${extension}\` | ${given.map((one) => `\`${one}\``).join(', ')} |`
    })
    assert.deepEqual(rows, expected)
  })

  it('lists every role', () => {
    const section = vocabulary.slice(vocabulary.indexOf('\n## Roles\n'), vocabulary.indexOf('\n## Media types\n'))
    for (const role of [...PUBLIC_ROLES, ...PRIVATE_ROLES]) assert.ok(section.includes(`\`${role}\``), role)
  })
})
