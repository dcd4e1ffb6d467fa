import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { aWorld, linesOfEvent, type World } from '../cli/harness.ts'
import { aKubo, type Kubo, kubo } from './kubo.ts'

interface Published {
  readonly id: string
  readonly root: string
  /** One of its links. */
  readonly link: string
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly bytes: number }[]
}

interface Archive extends World {
  readonly vkey: string
  readonly bundles: readonly Published[]
}

/** A home with the archive of the demo, published. */
async function aPublishedArchive(context: TestContext): Promise<Archive> {
  const world = aWorld(context)
  await world.init()
  const archive = join(world.path, 'archive')
  cpSync(fileURLToPath(new URL('../../demo/archive', import.meta.url)), archive, { recursive: true })
  assert.equal((await world.run(['add', archive, '--json'])).exit, 0)
  const published = linesOfEvent(await world.run(['publish', '--yes', '--json']), 'published')
  assert.ok(published.length >= 3, 'most of the demo needs nobody to clear it')
  const bundles: Published[] = []
  for (const { id } of published) bundles.push(await lookUp(world, String(id)))
  const shown = linesOfEvent(await world.run(['manifest', 'show', '--json']), 'done')
  return { ...world, vkey: String(shown[0]?.['vkey']), bundles }
}

async function lookUp(world: World, id: string): Promise<Published> {
  const [match] = linesOfEvent(await world.run(['lookup', id, '--json']), 'match')
  assert.ok(match !== undefined)
  const [original] = match['originals'] as readonly { readonly key: string }[]
  return { id, root: String(match['root']), link: String(original?.key), files: match['files'] as Published['files'] }
}

/** Sends a bundle as our gateway gives it into Kubo, and asks Kubo what it has then. */
async function importInto(node: Kubo, server: string, { root, files }: Published, directory: string): Promise<void> {
  const answer = await fetch(`${server}/ipfs/${root}?format=car`)
  assert.equal(answer.status, 200)
  const car = new Uint8Array(await answer.arrayBuffer())
  const { stdout } = await node.run(['dag', 'import', '--offline', '--pin-roots', '--enc=json'], car)
  assert.deepEqual(JSON.parse(stdout), { Root: { Cid: { '/': root }, PinErrorMsg: '' } })
  const pinned = await node.run(['pin', 'ls', '--offline', '--type=recursive', '-q', root])
  assert.equal(pinned.stdout.trim(), root)
  for (const { path, sha256 } of files) {
    const out = join(directory, 'from-kubo')
    await node.run(['get', '--offline', '-o', out, `/ipfs/${root}/${path}`])
    assert.equal(hash('sha256', readFileSync(out)), sha256, path)
  }
}

describe('bundles between our gateway and a real Kubo', { skip: kubo.skip }, () => {
  it('go as CARs into Kubo, which pins them and reads the same videos, and come back to get', async (context) => {
    const world = await aPublishedArchive(context)
    const node = await aKubo(context)
    const server = await world.serve()
    for (const bundle of world.bundles) await importInto(node, server.url, bundle, world.path)
    assert.equal((await server.stop()).exit, 0)

    // For another home, which holds nothing, and with our own server gone: every block comes from Kubo.
    const env = { HOLDFAST_HOME: join(world.path, 'elsewhere') }
    const found = join(world.path, 'found')
    const sources = ['--manifest', join(world.home, 'manifest'), '--policy', world.vkey, '--from', await node.gateway()]
    for (const { id, link, root, files } of world.bundles) {
      const got = await world.run(['get', link, ...sources, '-o', found, '--json'], { env })
      assert.equal(got.exit, 0, got.stdout + got.stderr)
      for (const { path, sha256 } of files) assert.equal(hash('sha256', readFileSync(join(found, id, path))), sha256)
      assert.equal((await node.cidsOf(join(found, id))).get(''), root, 'Kubo names what was fetched as we named it')
    }
  })
})
