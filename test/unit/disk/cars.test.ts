import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import type { CID } from 'multiformats/cid'
import { carPlace } from '../../../src/disk/car-place.ts'
import {
  carSums,
  entryAt,
  isWhole,
  readCarIndex,
  removeCars,
  removeHalves,
  removeStray,
  rootsOn,
} from '../../../src/disk/cars.ts'
import { DiskError } from '../../../src/disk/errors.ts'
import { carsOf } from '../../../src/disk/layout.ts'
import { scanCar } from '../../../src/disk/scan-car.ts'
import { cidText, dagPbCid, rawCid } from '../../../src/model/content-id.ts'
import { writeParts } from '../../../src/replicate/car-parts.ts'

const path = mkdtempSync(join(tmpdir(), 'holdfast-cars-'))
after(() => rmSync(path, { recursive: true }))
const signal = AbortSignal.timeout(60_000)
let count = 0

interface Written {
  readonly disk: string
  readonly root: string
  readonly blocks: readonly { readonly cid: CID; readonly bytes: Uint8Array }[]
  file(end: string): string
}

/** A disk with one version of many blocks in CARs of at most so many bytes. */
async function written(maxBytes = 4_000, disk = join(path, String(++count))): Promise<Written> {
  const blocks = Array.from({ length: 12 }, (_, i) => {
    const bytes = randomBytes(100 * (i + 1))
    const digest = createHash('sha256').update(bytes).digest()
    return { cid: i === 0 ? dagPbCid(digest) : rawCid(digest), bytes }
  })
  const [first] = blocks
  assert.ok(first)
  const root = cidText(first.cid)
  const directory = join(disk, carsOf(root))
  mkdirSync(directory, { recursive: true })
  const request = {
    id: 'x',
    root,
    blocks: async function* () {
      yield* blocks
    },
  }
  await writeParts(directory, request, { name: 'the disk', maxBytes, signal })
  return { disk, root, blocks, file: (end) => join(directory, `${root}${end}`) }
}

async function allGiven({ disk, root, blocks }: Written): Promise<void> {
  const place = carPlace(disk)
  place.expect(root)
  for (const { cid, bytes } of blocks) assert.deepEqual(Buffer.from((await place.fetch(cid, signal)) ?? []), bytes)
}

const isDamage = (error: unknown): boolean => error instanceof DiskError && error.code === 'DISK_DAMAGED'

describe('a version on a disk', () => {
  it('is given block by block out of several CARs, once it is expected', async () => {
    const one = await written()
    assert.ok(readdirSync(join(one.disk, carsOf(one.root))).length > 4, 'several CARs')
    assert.deepEqual(await rootsOn(one.disk), [one.root])
    assert.ok(await isWhole(one.disk, one.root))
    await allGiven(one)
    const place = carPlace(one.disk)
    const [block] = one.blocks
    assert.ok(block)
    assert.equal(await place.fetch(block.cid, signal), undefined, 'nobody said which version')
    assert.deepEqual([await place.has(one.root), await place.has(cidText(rawCid(randomBytes(32))))], [true, false])
  })

  it('is found among more of them than are kept ready', async () => {
    const first = await written()
    const others = await Promise.all(Array.from({ length: 12 }, () => written(4_000, first.disk)))
    const place = carPlace(first.disk)
    for (const { root, blocks } of [first, ...others]) {
      place.expect(root)
      for (const { cid, bytes } of blocks) assert.deepEqual(Buffer.from((await place.fetch(cid, signal)) ?? []), bytes)
    }
  })

  it('is read through where its index is missing, cut, nonsense, or leads elsewhere', async () => {
    const spoil: readonly ((index: string) => void)[] = [
      (index) => rmSync(index),
      (index) => truncateSync(index, 100),
      (index) => writeFileSync(index, Buffer.alloc(96)),
      (index) => writeFileSync(index, readFileSync(index).fill(0xff, 36, 44)),
      (index) => {
        rmSync(index)
        symlinkSync('/dev/zero', index)
      },
    ]
    for (const each of spoil) {
      const one = await written()
      each(one.file('.index'))
      await allGiven(one)
    }
  })

  it('is whole only with all its files in their lengths', async () => {
    const spoil: readonly ((one: Written) => void)[] = [
      ({ file }) => rmSync(file('.2.car')),
      ({ file }) => truncateSync(file('.2.car'), 50),
      ({ file }) => writeFileSync(file('.1.car'), Buffer.concat([readFileSync(file('.1.car')), Buffer.from('x')])),
      ({ file }) => rmSync(file('.index')),
      ({ file }) => rmSync(file('.sha256')),
      ({ file }) => truncateSync(file('.sha256'), 70),
      ({ file }) => writeFileSync(file('.sha256'), `${'a'.repeat(64)}  ../../x.1.car\n`),
    ]
    for (const [i, each] of spoil.entries()) {
      const one = await written()
      each(one)
      assert.ok(!(await isWhole(one.disk, one.root)), String(i))
    }
    const gone = await written()
    await removeCars(gone.disk, gone.root)
    assert.deepEqual([await rootsOn(gone.disk), await carSums(gone.disk, gone.root)], [[], undefined])
  })

  it('never gives a byte that is not its own, whichever one was altered', async () => {
    const one = await written(700)
    const names = readdirSync(join(one.disk, carsOf(one.root))).filter((name) => name.endsWith('.car'))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.nat(699),
        fc.integer({ min: 1, max: 255 }),
        async (name, at, mask) => {
          const file = join(one.disk, carsOf(one.root), name)
          const sound = readFileSync(file)
          const bytes = Buffer.from(sound)
          bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ mask
          writeFileSync(file, bytes)
          const place = carPlace(one.disk)
          place.expect(one.root)
          for (const block of one.blocks) {
            const given = await place.fetch(block.cid, signal).catch((error: unknown) => {
              assert.ok(isDamage(error), String(error))
              assert.ok(error instanceof Error && error.message.includes(name), 'the file is named')
              return undefined
            })
            if (given !== undefined) assert.deepEqual(Buffer.from(given), block.bytes)
          }
          writeFileSync(file, sound)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('a version that was cut off while it was written', () => {
  it('keeps the CARs that are whole, and gets anew those that are not', async () => {
    const { disk, root, blocks, file } = await written(2_000)
    const whole = readdirSync(join(disk, carsOf(root))).filter((name) => name.endsWith('.car')).length
    const request = {
      id: 'x',
      root,
      blocks: async function* () {
        yield* blocks
      },
    }
    const again = { name: 'the disk', maxBytes: 2_000, signal, keepsWhole: true }
    const times = (): readonly number[] =>
      Array.from({ length: whole }, (_, i) => statSync(file(`.${i + 1}.car`)).mtimeMs)
    const before = times()
    assert.ok(whole > 3)
    await removeHalves(disk, root)
    writeFileSync(file('.4.car.part'), 'half')
    rmSync(file('.4.car'))
    const bytes = readFileSync(file('.2.car'))
    bytes[300] = (bytes[300] ?? 0) ^ 1
    writeFileSync(file('.2.car'), bytes)
    writeFileSync(file('.99.car'), 'of another cut')
    await sleep(20)
    await removeHalves(disk, root)
    await writeParts(join(disk, carsOf(root)), request, again)
    await removeStray(disk, root)
    assert.ok(await isWhole(disk, root))
    const kept = times().map((time, i) => time === before[i])
    assert.deepEqual(
      kept,
      kept.map((_, i) => i !== 1 && i !== 3),
    )
    assert.equal(readdirSync(join(disk, carsOf(root))).length, whole + 2)
    await allGiven({ disk, root, blocks, file })
  })
})

describe('a CAR that is read through', () => {
  it('gives the index that was written beside it', async () => {
    const { disk, root, file } = await written(1_000_000)
    const index = await readCarIndex(disk, root)
    const scanned = await scanCar(file('.1.car'), 1, 1_000_000)
    assert.equal(scanned.length, index?.length)
    const places = (entries: Buffer): Set<string> =>
      new Set(
        Array.from(
          { length: entries.length / 48 },
          (_, i) => `${entries.toString('hex', i * 48, i * 48 + 32)} ${Object.values(entryAt(entries, i * 48))}`,
        ),
      )
    assert.deepEqual(places(scanned), places(index ?? Buffer.alloc(0)))
  })

  it('has no more entries than there may be', async () => {
    const { file } = await written(1_000_000)
    assert.equal((await scanCar(file('.1.car'), 1, 100)).length, 96)
  })

  it('ends where it makes no sense, and takes no more memory than it has bytes', async () => {
    const file = join(path, 'any.car')
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (bytes) => {
        writeFileSync(file, bytes)
        assert.ok((await scanCar(file, 1, 1_000_000)).length <= bytes.length * 2)
      }),
      { numRuns: 100 },
    )
  })
})
