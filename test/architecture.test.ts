import assert from 'node:assert/strict'
import { glob, readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { describe, it } from 'node:test'

const sources = new URL('../src/', import.meta.url)

/** What each folder of src may import of ours besides itself. Files that are not in a folder join stages. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  manifest: ['model'],
  intake: ['model'],
  clear: ['model', 'type intake'],
  bundle: ['model', 'type intake'],
  address: ['model'],
  replicate: ['model'],
  store: ['model', 'manifest'],
  read: ['model', 'manifest', 'lbry-sdk-client'],
  view: ['model', 'manifest'],
  // Could be published on its own tomorrow.
  'lbry-sdk-client': [],
  p2p: ['model'],
  publish: ['model', 'lbry-sdk-client'],
  record: ['model', 'manifest', 'store'],
  announce: ['model', 'manifest'],
  // Holds what it reads: blocks go from the readers straight to where the reference store and the home have them.
  mirror: ['model', 'manifest', 'store', 'address', 'read'],
  cosign: ['model', 'manifest', 'store'],
  // CARs on a disk are those of the engines that keep CARs.
  disk: ['model', 'store', 'replicate'],
  pipeline: [
    'model',
    'manifest',
    'intake',
    'clear',
    'bundle',
    'address',
    'replicate',
    'publish',
    'store',
    'record',
    'cosign',
    'announce',
    'read',
    'mirror',
    'disk',
    'type view/ports.ts',
  ],
}
/** Folders that also run in a browser, and the packages that do. `manifest` gets its cryptography handed in. */
const BROWSER_PACKAGES: Readonly<Record<string, RegExp>> = {
  model: /^multiformats(\/|$)/,
  manifest: /^(multiformats|@noble\/|@ipld\/|canonicalize$|valibot$)/,
}
/** Things that one file or folder alone may touch. */
const SINGLE_OWNER: readonly { readonly what: RegExp; readonly owner: string }[] = [
  { what: /\bprocess\.env\b/, owner: 'cli/config.ts' },
  { what: /\bconsole\.\w/, owner: 'cli/report/' },
  { what: /['"]age-encryption['"]/, owner: 'store/key' },
]
/** Static, re-exporting and dynamic imports, and files that are started as workers. */
const IMPORT =
  /^\s*(?:import|export)\s+(?<type>type\s)?(?:[^'";]*?\bfrom\s+)?['"](?<fixed>[^'"]+)['"]|(?:\bimport\(|\bnew URL\()\s*['"](?<later>[^'"]+)['"]/gm

/** @param path - relative to src, with `/`. */
function importFault(path: string, specifier: string, typeOnly: boolean): string | undefined {
  const stage = path.split('/')[0] ?? ''
  if (!specifier.startsWith('.')) {
    const allowed = BROWSER_PACKAGES[stage]
    return allowed === undefined || allowed.test(specifier) ? undefined : `${path} imports ${specifier}`
  }
  const target = posix.join(posix.dirname(path), specifier)
  const room = target.split('/')[0] ?? ''
  if (room === stage || target === '../package.json') return undefined
  const mayImport = MAY_IMPORT[stage]
  const allowed =
    mayImport === undefined
      ? room !== '..' && (room !== 'cli' || stage === 'cli')
      : mayImport.includes(room) || (typeOnly && [room, target].some((what) => mayImport.includes(`type ${what}`)))
  return allowed ? undefined : `${path} imports ${target}`
}

function faultsOf(path: string, text: string): string[] {
  const code = text.replace(/^\s*(\/\/|\/?\*).*$/gm, '')
  const imports = [...code.matchAll(IMPORT)].map(({ groups }) =>
    importFault(path, groups?.['fixed'] ?? groups?.['later'] ?? '', groups?.['type'] !== undefined),
  )
  const touched = SINGLE_OWNER.filter(({ what, owner }) => what.test(code) && !path.startsWith(owner))
  return [
    ...imports.filter((fault) => fault !== undefined),
    ...touched.map(({ what }) => `${path} uses ${what.source}`),
  ]
}

describe('the architecture', () => {
  it('holds: no source imports or touches what is not its own', async () => {
    const faults: string[] = []
    let files = 0
    for await (const path of glob('**/*.ts', { cwd: sources.pathname })) {
      files += 1
      faults.push(...faultsOf(path, await readFile(new URL(path, sources), 'utf8')))
    }
    assert.ok(files > 5)
    assert.deepEqual(faults, [])
  })

  const planted: Readonly<Record<string, readonly [path: string, text: string]>> = {
    'a stage that imports another stage': ['intake/a.ts', "import { x } from '../address/profile.ts'"],
    'an import over several lines': ['address/a.ts', "import {\n  x,\n} from '../store/journal.ts'"],
    'a dynamic import': ['view/deep/a.ts', "const x = await import('../../store/journal.ts')"],
    'a re-export': ['model/a.ts', "export * from '../manifest/note.ts'"],
    'a worker of another stage': ['address/a.ts', "new Worker(new URL('../intake/worker.ts', import.meta.url))"],
    'running code where only types may come': ['clear/a.ts', "import { walk } from '../intake/walk.ts'"],
    'node: in the manifest': ['manifest/a.ts', "import { createHash } from 'node:crypto'"],
    'a heavy package in the model': ['model/a.ts', "import { createHelia } from 'helia'"],
    'an import of the command line': ['pipeline.ts', "import { main } from './cli/main.ts'"],
    'the command line in the pipeline': ['pipeline/a.ts', "import { main } from '../cli/main.ts'"],
    'running code of the server in the pipeline': ['pipeline/a.ts', "import { openServer } from '../view/server.ts'"],
    'other types of the server in the pipeline': ['pipeline/a.ts', "import type { Server } from '../view/server.ts'"],
    'an import of the program': ['cli/a.ts', "import '../../bin/holdfast.ts'"],
    'the environment outside of the configuration': ['cli/main.ts', 'const home = process.env.HOME'],
    'printing outside of the report': ['read/a.ts', "console.log('x')"],
    'anything of ours in the LBRY client': ['lbry-sdk-client/daemon/a.ts', "import { x } from '../../model/errors.ts'"],
    'keys opened outside of the key store': ['record/a.ts', "import { Decrypter } from 'age-encryption'"],
  }
  for (const [name, [path, text]] of Object.entries(planted)) {
    it(`would be broken by ${name}`, () => assert.equal(faultsOf(path, text).length, 1))
  }

  it('lets a stage use types where it may, its own files, and words in comments', () => {
    assert.deepEqual(faultsOf('clear/a.ts', "import type { FoundFile } from '../intake/layout.ts'"), [])
    assert.deepEqual(faultsOf('clear/a.ts', "import { x } from './lint.ts'\n// console.log(process.env)"), [])
    assert.deepEqual(faultsOf('pipeline.ts', "import { x } from './intake/walk.ts'"), [])
  })
})
