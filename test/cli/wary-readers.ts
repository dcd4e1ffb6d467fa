import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCar } from '../../src/address/car.ts'
import { AddressError } from '../../src/address/errors.ts'
import type { BundleView } from '../../src/manifest/bundle-view.ts'
import { parsePolicy } from '../../src/manifest/policy.ts'
import { cidText, parseCid } from '../../src/model/content-id.ts'
import { gatewaySource } from '../../src/read/block-pool.ts'
import { ReadError } from '../../src/read/errors.ts'
import { getBundle } from '../../src/read/get-bundle.ts'
import { lookUpIn, readReference } from '../../src/read/look-up-reference.ts'
import { openManifestSource } from '../../src/read/manifest-source.ts'
import { nodePrimitives as primitives } from '../../src/store/node-primitives.ts'

/** What the readers of one bundle must get, or nothing. */
export interface Truth {
  readonly link: string
  readonly policy: string
  readonly video: Uint8Array
  readonly view: BundleView
  /** Blocks of the bundle, each by the text of its CID. */
  readonly blocks: number
}

/** How it ended for each of them: all of the truth, or an error that says that it was not all. */
export type Endings = Readonly<Record<'file' | 'car' | 'get' | 'lookup', 'whole' | 'refused'>>

const signal = new AbortController().signal

/** What `lookup` elsewhere finds. */
export async function viewAt(url: string, link: string, policyText: string): Promise<BundleView | undefined> {
  const source = await openManifestSource(url, { signal })
  const policy = parsePolicy(policyText, primitives.sha256)
  const { answer } = await lookUpIn(source, policy, readReference(link), { primitives, signal })
  return answer.views[0]
}

/** Number of blocks of a CAR that came to its end. */
export async function blocksOfCar(url: string, root: string): Promise<number> {
  const answer = await fetch(`${url}/ipfs/${root}?format=car`)
  if (answer.body === null || answer.status !== 200) throw new TypeError(`no CAR, but ${answer.status}`)
  const { roots, blocks } = await readCar(answer.body, { signal, maxBytes: 2 ** 30 })
  assert.deepEqual(roots.map(cidText), [root])
  const seen = new Set<string>()
  for await (const { cid } of blocks) seen.add(cidText(cid))
  return seen.size
}

/**
 * Reads a bundle from a server in four ways at once, each of which accepts all or nothing; whatever is wrong but not refused
 * fails the test.
 *
 * @param directory - where `get` puts it; what an earlier try left there is gone on with.
 */
export async function readInAllWays(url: string, truth: Truth, directory: string): Promise<Endings> {
  const [file, car, get, lookup] = await Promise.all([
    ending(async () => {
      const answer = await fetch(`${url}/ipfs/${truth.view.root}/video.mp4`)
      const bytes = Buffer.from(await answer.arrayBuffer())
      assert.deepEqual([answer.status, bytes.equals(truth.video)], [200, true], 'a file is whole')
    }),
    ending(async () => assert.equal(await blocksOfCar(url, truth.view.root), truth.blocks, 'a CAR is whole')),
    ending(() => fetchBundle(url, truth, directory)),
    ending(async () => assert.deepEqual(await viewAt(url, truth.link, truth.policy), truth.view)),
  ])
  return { file, car, get, lookup }
}

async function fetchBundle(url: string, { view, video }: Truth, directory: string): Promise<void> {
  const path = join(directory, 'video.mp4')
  const source = gatewaySource([url], () => undefined)
  try {
    const promised = { ...view, root: parseCid(view.root) }
    for await (const { name } of getBundle(promised, directory, source, { signal, stopping: signal })) assert.ok(name)
  } finally {
    // Whatever became of it: what stands under the name is the video.
    if (existsSync(path)) assert.ok(readFileSync(path).equals(video), 'a fetched file is whole')
  }
  assert.ok(existsSync(path))
}

async function ending(read: () => Promise<void>): Promise<'whole' | 'refused'> {
  try {
    await read()
    return 'whole'
  } catch (error) {
    // Node's own fetch says so with a TypeError.
    const isRefusal = error instanceof ReadError || error instanceof AddressError || error instanceof TypeError
    if (!isRefusal) throw error
    return 'refused'
  }
}
