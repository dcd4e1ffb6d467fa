import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { exportDisk } from '../../src/pipeline/disk/export-disk.ts'
import { openHome } from '../../src/pipeline/open-home.ts'
import { filesOf } from '../cli/disk-world.ts'
import { linesOfEvent } from '../cli/harness.ts'
import { aPublishedWorld } from '../cli/published-world.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { aKubo, kubo } from './kubo.ts'

const signal = AbortSignal.timeout(120_000)

describe('what README.txt on a disk says, word for word', { skip: kubo.skip }, () => {
  it('brings every recording into a Kubo, also one that is in several CARs', async (t) => {
    const world = await aPublishedWorld(t)
    aVideo(join(world.path, 'films'), { id: 'longerFilm1', media: { mp4: Buffer.alloc(3_000_000, 'a film') } })
    await world.run(['add', join(world.path, 'films'), '--json'])
    assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
    const disk = join(world.path, 'disk')
    await using home = await openHome(world.home)
    const counts = await exportDisk(home, {
      ...{ directory: disk, check: false, language: 'en', signal, stopping: signal, onEvent: () => undefined },
      maxPartBytes: 1_200_000,
    })
    assert.ok(counts.sealed)
    execFileSync('sh', ['-c', 'sha256sum -c --quiet SHA256SUMS'], { cwd: disk })
    const cars = filesOf(disk).filter((path) => path.endsWith('.car'))
    assert.ok(
      cars.some((path) => path.endsWith('.2.car')),
      'one of them is cut',
    )
    const ipfs = await aKubo(t)
    await ipfs.run(['dag', 'import', ...cars.map((path) => join(disk, path))])
    for (const { root, id } of linesOfEvent(await world.run(['list', '--json']), 'listed')) {
      const found = join(world.path, 'found', String(id))
      await ipfs.run(['get', String(root), '-o', found])
      const got = join(world.path, 'got')
      assert.equal((await world.run(['get', String(id), '-o', got, '--json'])).exit, 0)
      const [bundle = ''] = readdirSync(got).filter((name) => name.startsWith(String(id)))
      for (const path of filesOf(join(got, bundle)))
        assert.deepEqual(readFileSync(join(found, path)), readFileSync(join(got, bundle, path)), path)
    }
  })

  it('leads by hand from the key to the signature, and from an address to its statement', async (t) => {
    const world = await aPublishedWorld(t)
    const disk = join(world.path, 'disk')
    assert.equal((await world.run(['export', '--to', disk, '--json'])).exit, 0)
    const readme = readFileSync(join(disk, 'README.txt'), 'utf8')
    const vkey = /^ +(archive\.example\S+)$/mu.exec(readme)?.[1] ?? ''
    const [type, ...key] = Buffer.from(vkey.split('+').slice(2).join('+'), 'base64')
    assert.deepEqual([type, key.length], [1, 32])
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') }
    const note = readFileSync(join(disk, 'manifest/checkpoint'), 'utf8')
    const [text = '', lines = ''] = note.split('\n\n')
    const signature = Buffer.from(lines.split('\n')[0]?.split(' ')[2] ?? '', 'base64')
    assert.equal(signature.length, 4 + 64)
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' })
    assert.ok(verify(null, Buffer.from(`${text}\n`), publicKey, signature.subarray(4)))
    const command = /^ +(grep .*) \| less$/mu.exec(readme)?.[1] ?? ''
    const found = execFileSync('sh', ['-c', command], { cwd: disk, encoding: 'utf8' })
    assert.match(found, /youtube\.com\/watch\?v=item0000000/)
  })
})
