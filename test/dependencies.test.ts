import assert from 'node:assert/strict'
import { glob, readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { describe, it } from 'node:test'
import * as v from 'valibot'

const root = new URL('../', import.meta.url)
const Versions = v.record(v.string(), v.string())
const Manifest = v.object({ dependencies: Versions, devDependencies: Versions })

/** Not imported by us but needed: the peer of @commander-js/extra-typings, which imports it. */
const PEERS = ['commander']
/** Started by name, or found by another tool. */
const TOOLS = ['@biomejs/biome', '@types/cli-progress', '@types/node', 'node', 'publint', 'typescript']

/** Static imports and re-exports, which begin their line, also where they end over several; and dynamic ones. */
const IMPORT = /^(?:import |(?:import|export) .*\bfrom |\} from )'(?<fixed>[^'\n]+)'|\bimport\('(?<later>[^'\n]+)'\)/gm

/** Names of the packages that a source imports, types included: the published .d.ts files name those, too. */
function packagesIn(text: string): string[] {
  return [...text.matchAll(IMPORT)]
    .map(({ groups }) => groups?.['fixed'] ?? groups?.['later'] ?? '')
    .filter((specifier) => /^@?[a-z]/.test(specifier) && !isBuiltin(specifier))
    .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'))
}

async function packagesUnder(patterns: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (const pattern of patterns)
    for await (const path of glob(pattern, { cwd: root.pathname }))
      for (const name of packagesIn(await readFile(new URL(path, root), 'utf8'))) found.add(name)
  return found
}

describe('the dependencies', async () => {
  const manifest = v.parse(Manifest, JSON.parse(await readFile(new URL('package.json', root), 'utf8')))
  const inProgram = await packagesUnder(['src/**/*.ts', 'bin/*.ts'])
  const inRest = await packagesUnder(['test/**/*.ts', 'bench/**/*.ts', 'demo/**/*.ts'])

  it('are exactly what the program imports, so that nobody installs what it never loads', () => {
    assert.deepEqual(Object.keys(manifest.dependencies).sort(), [...inProgram, ...PEERS].sort())
  })

  it('for development are exactly what only tests, benches and tools need', () => {
    const only = [...inRest].filter((name) => !inProgram.has(name) && !PEERS.includes(name))
    assert.deepEqual(Object.keys(manifest.devDependencies).sort(), [...only, ...TOOLS].sort())
  })

  it('are read from every kind of import', () => {
    // The dynamic one is helia because this file is read as well.
    const text = [
      "import a from 'one'",
      "import type { b } from '@two/of/it'",
      "await import('helia')",
      "} from 'four/x'",
    ]
    assert.deepEqual(packagesIn(text.join('\n')), ['one', '@two/of', 'helia', 'four'])
    assert.deepEqual(packagesIn("import fs from 'node:fs'\nimport './local.ts'\n// from 'comment'"), [])
  })
})
