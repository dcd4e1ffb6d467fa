import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import * as v from 'valibot'

const Versions = v.record(v.string(), v.string())
const Locked = v.object({
  version: v.optional(v.string()),
  resolved: v.optional(v.string()),
  os: v.optional(v.array(v.string())),
  cpu: v.optional(v.array(v.string())),
  optional: v.optional(v.boolean()),
  dependencies: v.optional(Versions, {}),
  optionalDependencies: v.optional(Versions, {}),
})
const Lockfile = v.object({ lockfileVersion: v.literal(3), packages: v.record(v.string(), Locked) })
const Manifest = v.object({
  dependencies: Versions,
  devDependencies: Versions,
  allowScripts: v.record(v.string(), v.boolean()),
})

type Lock = v.InferOutput<typeof Lockfile>

async function readJson(name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(`../../${name}`, import.meta.url), 'utf8'))
}

/** Where Node.js would look for `name` from inside `from`, nearest first, as lockfile keys. */
function placesOf(name: string, from: string): string[] {
  const places: string[] = []
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    places.push(`${at === '' ? '' : `${at}/`}node_modules/${name}`)
    if (!at.includes('/node_modules/')) return at === '' ? places : [...places, `node_modules/${name}`]
  }
}

/** Dependencies, optional ones included, that no entry of the lockfile answers. npm 11 and later refuse such a lockfile. */
function missingFrom(lock: Lock): string[] {
  return Object.entries(lock.packages).flatMap(([key, locked]) =>
    Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })
      .filter((name) => !placesOf(name, key).some((place) => place in lock.packages))
      .map((name) => `${key} needs ${name}`),
  )
}

describe('the lockfile', async () => {
  const lock = v.parse(Lockfile, await readJson('package-lock.json'))
  const manifest = v.parse(Manifest, await readJson('package.json'))

  it('has an entry for every dependency, those for other platforms included', () => {
    assert.deepEqual(missingFrom(lock), [])
  })

  it('would be found incomplete without one platform package of Biome', () => {
    const { 'node_modules/@biomejs/cli-win32-x64': gone, ...packages } = lock.packages
    assert.ok(gone)
    assert.deepEqual(missingFrom({ ...lock, packages }), ['node_modules/@biomejs/biome needs @biomejs/cli-win32-x64'])
  })

  for (const owner of ['@biomejs/biome', 'typescript']) {
    it(`marks each platform package of ${owner} as optional, with its system and processor, at the owner's version`, () => {
      const names = Object.keys(lock.packages[`node_modules/${owner}`]?.optionalDependencies ?? {})
      assert.ok(names.length >= 8)
      for (const name of names) {
        const locked = lock.packages[`node_modules/${name}`]
        assert.equal(locked?.optional, true, name)
        assert.ok(locked.os?.length && locked.cpu?.length, name)
        assert.equal(locked.version, lock.packages[`node_modules/${owner}`]?.version, name)
      }
    })
  }

  it('names no download host', () => {
    assert.deepEqual(
      Object.entries(lock.packages).filter(([, locked]) => locked.resolved !== undefined),
      [],
    )
  })

  it('belongs to a package.json with exact versions', () => {
    const direct = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    assert.ok(direct.length > 0)
    for (const [name, version] of direct) {
      assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, name)
      assert.equal(lock.packages[`node_modules/${name}`]?.version, version, name)
    }
  })

  it('lets the package that brings Node.js run its install script, which npm 12 blocks otherwise', () => {
    assert.equal(manifest.allowScripts['node'], true)
  })
})
