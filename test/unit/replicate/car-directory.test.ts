import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { CarReader } from '@ipld/car'
import { cidText } from '../../../src/model/content-id.ts'
import { carDirectoryEngine, makeCarDirectory } from '../../../src/replicate/car-directory.ts'
import { findInIndex } from '../../../src/replicate/car-index.ts'
import { aMadeBundle, type MadeBundle, someBytes } from '../../fakes/made-bundle.ts'
import { type EngineWorld, engineContract, requestFor } from './contract.ts'

const MIB = 1_048_576
const { signal } = new AbortController()

interface DiskWorld extends EngineWorld {
  readonly directory: string
  /** Names of all files of bundles. */
  files(): readonly string[]
}

async function aWorld(maxPartBytes?: number): Promise<DiskWorld> {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-cars-'))
  const directory = join(path, 'disk')
  await makeCarDirectory('usb', directory)
  const engine = carDirectoryEngine({ name: 'usb', directory, ...(maxPartBytes === undefined ? {} : { maxPartBytes }) })
  let sent = 0
  let mounted = false
  return {
    directory,
    engine: {
      ...engine,
      pin: (request, options) =>
        engine.pin(
          {
            ...request,
            blocks: (stop) => {
              sent += 1
              return request.blocks(stop)
            },
          },
          options,
        ),
    },
    files: () =>
      readdirSync(directory, { recursive: true })
        .map(String)
        .filter((name) => name.includes('.') && name.includes('/')),
    faults: {
      'is not there': () => rmSync(directory, { recursive: true }),
      ...(process.getuid?.() === 0
        ? {
            'has a full disk': async () => {
              execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'holdfast-test', directory])
              mounted = true
              await makeCarDirectory('usb', directory)
            },
          }
        : {}),
    },
    async change(root, cid, to) {
      const below = join(directory, root.slice(-2))
      const found = (await findInIndex(join(below, `${root}.index`), cid)) ?? assert.fail('it is not there')
      const path = join(below, `${root}.${found.part}.car`)
      if (to === 'nothing') return truncateSync(path, found.offset)
      const bytes = readFileSync(path)
      bytes[found.offset] = (bytes[found.offset] ?? 0) ^ 1
      writeFileSync(path, bytes)
    },
    sent: () => sent,
    async [Symbol.asyncDispose]() {
      if (mounted) spawnSync('umount', [directory])
      rmSync(path, { recursive: true })
    },
  }
}

engineContract('car', () => aWorld(), ['is not there', 'has a full disk'])
engineContract('car, in parts', () => aWorld(MIB + 200), ['is not there', 'has a full disk'])

describe('a directory of CARs', () => {
  const bundle: MadeBundle = aMadeBundle(someBytes(3 * MIB + 17))
  const request = requestFor(bundle)

  it('holds parts no longer than its file system can, each a CAR by itself, that sha256sum checks', async () => {
    await using world = await aWorld(2 * MIB + 500)
    await world.engine.pin(request, { signal })
    const below = join(world.directory, request.root.slice(-2))
    const cars = readdirSync(below).filter((name) => name.endsWith('.car'))
    assert.deepEqual(cars, [`${request.root}.1.car`, `${request.root}.2.car`])
    const blocks = new Set<string>()
    for (const car of cars) {
      assert.ok(statSync(join(below, car)).size <= 2 * MIB + 500)
      const reader = await CarReader.fromBytes(readFileSync(join(below, car)))
      assert.deepEqual(
        (await reader.getRoots()).map((root) => cidText(root as never)),
        [request.root],
      )
      for await (const cid of reader.cids()) blocks.add(cid.toString())
    }
    assert.deepEqual(blocks, new Set(bundle.made.blocks.keys()))
    const checked = spawnSync('sha256sum', ['--strict', '-c', `${request.root}.sha256`], { cwd: below })
    assert.equal(checked.status, 0)
  })

  it('uses no letter that FAT does not have, and nothing of the title', async () => {
    await using world = await aWorld()
    await world.engine.pin(request, { signal })
    for (const name of world.files()) assert.match(name, /^[a-z0-9]{2}\/[a-z0-9]{59}\.[a-z0-9.]{1,12}$/)
  })

  it('takes nothing for whole that has no checksums yet, and clears away what a killed run left', async () => {
    await using world = await aWorld()
    await world.engine.pin(request, { signal })
    const below = join(world.directory, request.root.slice(-2))
    rmSync(join(below, `${request.root}.sha256`))
    writeFileSync(join(below, `${request.root}.7.car.part`), 'half')
    assert.equal(await world.engine.status(request.root, signal), 'absent')
    assert.equal(await world.engine.pin(request, { signal }), 'pinned')
    assert.equal(existsSync(join(below, `${request.root}.7.car.part`)), false)
    await world.engine.remove(request.root, signal)
    assert.deepEqual(world.files(), [])
  })

  it('is made with the directories above it, and not where a file system takes none', async () => {
    await using world = await aWorld()
    const path = join(world.directory, 'a', 'b')
    await makeCarDirectory('usb', path)
    await makeCarDirectory('usb', path)
    await carDirectoryEngine({ name: 'usb', directory: path }).prepare(signal)
    // Where Node's own way of making parents never comes back.
    const refused = { name: 'ReplicateError', code: 'ENGINE_UNREACHABLE' }
    if (process.platform === 'linux') await assert.rejects(makeCarDirectory('usb', '/proc/holdfast/cars'), refused)
    const file = join(path, 'holdfast-cars.txt')
    await assert.rejects(makeCarDirectory('usb', file), refused)
  })

  it('writes nothing into the empty mount point of a disk that is away', async () => {
    await using world = await aWorld()
    rmSync(join(world.directory, 'holdfast-cars.txt'))
    for (const call of [
      () => world.engine.prepare(signal),
      () => world.engine.pin(request, { signal }),
      () => world.engine.remove(request.root, signal),
    ])
      await assert.rejects(call, { code: 'ENGINE_UNREACHABLE' })
    assert.deepEqual(readdirSync(world.directory), [])
  })

  it('leaves nothing behind when there is no room, and can be used again', async () => {
    await using world = await aWorld()
    const broken = {
      ...request,
      async *blocks(stop: AbortSignal) {
        for await (const block of request.blocks(stop)) yield block
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' })
      },
    }
    await assert.rejects(world.engine.pin(broken, { signal }), { code: 'ENGINE_FULL' })
    assert.deepEqual(world.files(), [])
    assert.equal(await world.engine.pin(request, { signal }), 'pinned')
  })
})
