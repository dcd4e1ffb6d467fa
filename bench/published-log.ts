import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePolicy } from '../src/manifest/policy.ts'
import { type OpenManifest, openManifest } from '../src/read/open-manifest.ts'
import { nodePrimitives as primitives } from '../src/store/node-primitives.ts'

/** Opens the manifest of a home as a stranger would, from its directory and its policy alone. */
export async function openPublished(home: string): Promise<OpenManifest> {
  const policy = parsePolicy(await readFile(join(home, 'policy.txt'), 'utf8'), primitives.sha256)
  return openManifest(join(home, 'manifest'), policy, { primitives, signal: new AbortController().signal })
}
