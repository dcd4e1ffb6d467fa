import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { Problem } from '../../../src/model/errors.ts'
import { gatewaySource } from '../../../src/read/block-pool.ts'
import { getBundle, type PromisedBundle } from '../../../src/read/get-bundle.ts'
import { openManifestSource } from '../../../src/read/manifest-source.ts'
import { closeNetwork, configureNetwork } from '../../../src/read/network.ts'
import { aGateway, honest, MISBEHAVIOUR } from '../../fakes/fake-gateway.ts'
import { aMadeBundle } from '../../fakes/made-bundle.ts'
import { outcome } from './reading.ts'

const signal = new AbortController().signal
const MIB = 1024 * 1024
let directory = ''
const { promised, made, video } = aMadeBundle()
/** The root, a node of the video, four leaves of it, three documents. */
const ALL_BLOCKS = 9

before(() => configureNetwork({ proxyUrl: undefined, idleMs: 150, graceMs: 400 }))
beforeEach(() => {
  rmSync(directory, { recursive: true, force: true })
  directory = mkdtempSync(join(tmpdir(), 'holdfast-get-'))
})
after(async () => {
  await closeNetwork()
  rmSync(directory, { recursive: true, force: true })
})

interface Got {
  readonly names: readonly string[]
  readonly faults: readonly (Problem & { readonly source: string })[]
}

async function get(bases: readonly string[], bundle: PromisedBundle = promised): Promise<Got> {
  const faults: (Problem & { source: string })[] = []
  const source = gatewaySource(bases, (name, problem) => faults.push({ ...problem, source: name }))
  const names: string[] = []
  for await (const { name } of getBundle(bundle, join(directory, 'id'), source, { signal, stopping: signal }))
    names.push(name)
  return { names, faults }
}

function fetched(): Buffer {
  return readFileSync(join(directory, 'id/video.mp4'))
}

for (const [what, behaviour] of Object.entries(MISBEHAVIOUR)) {
  describe(`a gateway that ${what}`, () => {
    it('does not keep a good one from giving everything, and is asked for little', async () => {
      await using bad = await aGateway(made.blocks, behaviour)
      await using good = await aGateway(made.blocks)
      const { names, faults } = await get([bad.url, good.url])
      assert.deepEqual(names, ['bundle.json', 'files.json', 'ro-crate-metadata.json', 'video.mp4'])
      assert.ok(fetched().equals(video))
      assert.ok(faults.length >= 1 && faults.length <= 4, `${faults.length} faults`)
      for (const { source, hint } of faults) assert.deepEqual([source, typeof hint], [bad.url, 'string'])
      assert.ok(bad.asked.length <= 5, `${bad.asked.length} requests to the bad one`)
    })

    it('alone gives an error that may be tried again, and no file under its name', async () => {
      await using bad = await aGateway(made.blocks, behaviour)
      assert.equal(await outcome(get([bad.url])), 'SOURCES_EXHAUSTED')
      assert.equal(existsSync(join(directory, 'id/video.mp4')), false)
    })

    it('as a place of a manifest gives an error and nothing else', async () => {
      await using bad = await aGateway(made.blocks, behaviour)
      const opened = openManifestSource(bad.url, { signal }).then((source) =>
        source.read('checkpoint', { maxBytes: 1_000, signal }),
      )
      const code = await outcome(opened)
      assert.ok(
        ['SOURCE_UNREACHABLE', 'SOURCE_REFUSED', 'SOURCE_ANSWER_TOO_LARGE', 'MANIFEST_MISSING', 'fine'].includes(code),
        code,
      )
      if (code === 'fine') assert.ok(((await opened)?.length ?? 0) <= 1_000)
    })
  })
}

describe('get', () => {
  it('keeps what it has when all sources stop, and then fetches only what is missing', async () => {
    await using gateway = await aGateway(made.blocks, (answer, block, at) => {
      if (at < 7) honest(answer, block, at)
      else answer.writeHead(503).end()
    })
    assert.equal(await outcome(get([gateway.url])), 'SOURCES_EXHAUSTED')
    const kept = readFileSync(join(directory, 'id/video.mp4.part'))
    assert.ok(kept.subarray(0, MIB).equals(video.subarray(0, MIB)))
    gateway.behave(honest)
    const first = gateway.asked.splice(0)
    await get([gateway.url])
    assert.ok(fetched().equals(video))
    const leaves = (paths: readonly string[]): string[] => paths.filter((path) => path.includes('/ipfs/bafk'))
    const given = new Set(leaves(first.slice(0, 7)))
    assert.ok(given.size >= 4)
    assert.deepEqual(
      leaves(gateway.asked).filter((path) => given.has(path)),
      [],
      'no leaf is fetched twice',
    )
    assert.deepEqual(
      readdirSync(join(directory, 'id')).filter((name) => name.endsWith('.part')),
      [],
    )
  })

  it('asks for every block once, and the second time for the directory alone', async () => {
    await using gateway = await aGateway(made.blocks)
    await get([gateway.url])
    const single = gateway.asked.filter((path) => path.includes('format=raw'))
    assert.equal(single.length, ALL_BLOCKS)
    assert.equal(new Set(single).size, ALL_BLOCKS)
    assert.equal(gateway.asked.length, ALL_BLOCKS + 1, 'once for a CAR, which it does not make')
    gateway.asked.splice(0)
    await get([gateway.url])
    assert.equal(gateway.asked.length, 1)
    assert.ok(fetched().equals(video))
  })

  it('leaves a finished file under its name when all sources are gone', async () => {
    const gateway = await aGateway(made.blocks)
    await get([gateway.url])
    await gateway[Symbol.asyncDispose]()
    assert.equal(await outcome(get([gateway.url])), 'SOURCES_EXHAUSTED')
    assert.ok(fetched().equals(video))
  })

  it('mends a file that was altered since, and only its altered block', async () => {
    await using gateway = await aGateway(made.blocks)
    await get([gateway.url])
    const { writeFileSync } = await import('node:fs')
    const altered = Buffer.from(fetched())
    altered[2 * MIB + 5] = (altered[2 * MIB + 5] ?? 0) ^ 1
    writeFileSync(join(directory, 'id/video.mp4'), Buffer.concat([altered, Buffer.from('more')]))
    gateway.asked.splice(0)
    await get([gateway.url])
    assert.ok(fetched().equals(video))
    assert.equal(gateway.asked.filter((path) => path.includes('/ipfs/bafk')).length, 1)
  })

  it('puts a bundle together from sources of which none has all', async () => {
    const cids = [...made.blocks.keys()]
    const some = (wanted: (i: number) => boolean): Map<string, Uint8Array> =>
      new Map(cids.flatMap((cid, i) => (wanted(i) ? [[cid, made.blocks.get(cid) ?? new Uint8Array(0)] as const] : [])))
    await using even = await aGateway(some((i) => i % 2 === 0))
    await using odd = await aGateway(some((i) => i % 2 === 1))
    const { faults } = await get([even.url, `${odd.url}/`])
    assert.ok(fetched().equals(video))
    assert.deepEqual(faults, [], 'not to have a block is no fault')
  })

  it('follows a redirect on the same host, and is not led away from it', async () => {
    await using gateway = await aGateway(made.blocks, (answer, block, at) => {
      const path = gateway.asked[at] ?? ''
      if (path.startsWith('/moved')) honest(answer, made.blocks.get(path.split('/')[2] ?? ''), at)
      else if (path.includes('?')) answer.writeHead(307, { location: `/moved/${/ipfs\/(\w+)/.exec(path)?.[1]}` }).end()
      else honest(answer, block, at)
    })
    await get([gateway.url])
    assert.ok(fetched().equals(video))
    await using other = await aGateway(made.blocks)
    gateway.behave(
      (answer, _, at) => void answer.writeHead(302, { location: `${other.url}${gateway.asked[at]}` }).end(),
    )
    rmSync(join(directory, 'id'), { recursive: true })
    assert.equal(await outcome(get([gateway.url])), 'SOURCES_EXHAUSTED')
    assert.deepEqual(other.asked, [], 'nothing is dialled that nobody typed')
  })
})
