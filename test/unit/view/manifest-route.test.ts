import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { manifestDirectory } from '../../../src/view/manifest-directory.ts'
import { manifestFileKind } from '../../../src/view/manifest-names.ts'
import type { ManifestFiles } from '../../../src/view/ports.ts'
import { aWorld, bytesOf, manifestOf } from './support.ts'

const SHARD = `index/shard/0a/${'ab'.repeat(32)}`
const TEXT = new TextEncoder().encode(`${'a statement, and another one. '.repeat(200)}\n`)
const FILES = {
  checkpoint: TEXT,
  'pending/checkpoint': TEXT,
  'checkpoints/70000': TEXT,
  'policies/1': TEXT,
  'tile/0/x001/x234/067': TEXT,
  'tile/63/000.p/255': TEXT,
  'tile/entries/000': TEXT,
  'tile/entries/273.p/112': TEXT,
  'index/70000/tile/0/000': TEXT,
  'index/70000/tile/1/000.p/1': TEXT,
  'index/70000/receipt': TEXT,
  [SHARD]: TEXT,
  [`index/shard/-/${'ab'.repeat(32)}`]: TEXT,
}

describe('the manifest over HTTP', () => {
  const { get } = aWorld({ manifest: manifestOf({ ...FILES, 'state.sqlite': TEXT, 'tile/entries/000.p/256': TEXT }) })

  it('serves every name that a manifest has', async () => {
    for (const name of Object.keys(FILES)) {
      const response = await get(`/manifest/${name}`)
      assert.equal(response.status, 200, name)
      assert.deepEqual(await bytesOf(response), TEXT)
      assert.equal(response.headers.get('access-control-allow-origin'), '*')
      assert.equal(response.headers.get('content-length'), `${TEXT.length}`)
    }
  })

  it('serves nothing else, wherever it lies', async () => {
    const asked: string[] = []
    const spying: ManifestFiles = { read: async (name) => void asked.push(name) }
    const { get: spiedGet } = aWorld({ manifest: spying })
    for (const name of [
      ...[
        '',
        'state.sqlite',
        'Checkpoint',
        'checkpoint/',
        'checkpoint.tmp',
        '.checkpoint',
        'checkpoints/',
        'checkpoints/01',
        'checkpoints/-1',
        'checkpoints/1/2',
      ],
      ...[
        'tile/0/0',
        'tile/64/000',
        'tile/00/000',
        'tile/0/001/002',
        'tile/0/x001',
        'tile/0/000.p/0',
        'tile/0/000.p/256',
        'tile/0/000.p/01',
        'tile/entries/000.p/256',
        'tile/entries/000/.p/1',
      ],
      ...[
        'index/shard/0a/abc',
        `index/shard/../${'ab'.repeat(32)}`,
        `index/shard//${'ab'.repeat(32)}`,
        `index/shard/0A/${'AB'.repeat(32)}`,
        'index/x/tile/0/000',
        'index/7/tile/entries/000',
      ],
      ...[
        '%63heckpoint',
        'checkpoints%2f7',
        'checkpoint%00',
        '..%2fkeys',
        '../keys/log',
        'checkpoint%0a',
        '/checkpoint',
        'policies/1%0A',
      ],
    ])
      assert.ok([404, 400].includes((await spiedGet(`/manifest/${name}`)).status), name)
    assert.deepEqual(asked, [])
    assert.equal(manifestFileKind('checkpoint\n'), undefined)
    assert.equal((await get('/manifest')).status, 404)
  })

  it('lets the head be asked about each time, full tiles be kept for ever, and partial ones for a while', async () => {
    const cache = async (name: string): Promise<string | null> =>
      (await get(`/manifest/${name}`)).headers.get('cache-control')
    for (const name of ['checkpoint', 'pending/checkpoint', 'checkpoints/70000', 'policies/1', 'index/70000/receipt'])
      assert.equal(await cache(name), 'no-cache', name)
    for (const name of ['tile/0/x001/x234/067', 'tile/entries/000', SHARD, 'index/70000/tile/0/000'])
      assert.match((await cache(name)) ?? '', /immutable/, name)
    for (const name of ['tile/63/000.p/255', 'tile/entries/273.p/112'])
      assert.equal(await cache(name), 'public, max-age=300', name)
  })

  it('sends the head again only when it has changed', async () => {
    const files: Record<string, Uint8Array> = { checkpoint: TEXT }
    const { get: getHead } = aWorld({ manifest: manifestOf(files) })
    const etag = (await getHead('/manifest/checkpoint')).headers.get('etag') ?? ''
    const again = await getHead('/manifest/checkpoint', { 'if-none-match': etag })
    assert.equal(again.status, 304)
    assert.equal(again.headers.get('cache-control'), 'no-cache')
    files['checkpoint'] = TEXT.slice(1)
    assert.equal((await getHead('/manifest/checkpoint', { 'if-none-match': etag })).status, 200)
  })

  it('sends parts, for followers that have the beginning', async () => {
    const response = await get('/manifest/tile/entries/273.p/112', { range: 'bytes=100-', 'accept-encoding': 'gzip' })
    assert.equal(response.status, 206)
    assert.equal(response.headers.get('content-encoding'), null)
    assert.equal(response.headers.get('content-range'), `bytes 100-${TEXT.length - 1}/${TEXT.length}`)
    assert.deepEqual(await bytesOf(response), TEXT.slice(100))
  })

  it('packs entries and shards for who takes gzip, as a version of their own', async () => {
    for (const name of ['tile/entries/000', 'tile/entries/273.p/112', SHARD]) {
      const plain = await get(`/manifest/${name}`)
      const packed = await get(`/manifest/${name}`, { 'accept-encoding': 'br, gzip;q=0.5' })
      assert.equal(packed.headers.get('content-encoding'), 'gzip', name)
      assert.match(packed.headers.get('vary') ?? '', /accept-encoding/i)
      assert.match(plain.headers.get('vary') ?? '', /accept-encoding/i)
      assert.notEqual(packed.headers.get('etag'), plain.headers.get('etag'))
      const body = await bytesOf(packed)
      assert.equal(packed.headers.get('content-length'), `${body.length}`)
      assert.deepEqual(new Uint8Array(gunzipSync(body)), TEXT)
    }
  })

  it('leaves plain what does not shrink, and what a client forbids to pack', async () => {
    assert.equal(
      (await get('/manifest/tile/0/x001/x234/067', { 'accept-encoding': 'gzip' })).headers.get('content-encoding'),
      null,
    )
    for (const accept of ['gzip;q=0', 'identity', 'br', '*;q=0, identity', '', 'gzip;q=0, *'])
      assert.equal(
        (await get('/manifest/tile/entries/000', { 'accept-encoding': accept })).headers.get('content-encoding'),
        null,
        accept,
      )
    assert.equal(
      (await get('/manifest/tile/entries/000', { 'accept-encoding': '*' })).headers.get('content-encoding'),
      'gzip',
    )
  })

  it('answers HEAD with the size', async () => {
    const response = await get('/manifest/checkpoint', {}, 'HEAD')
    assert.equal(response.headers.get('content-length'), `${TEXT.length}`)
    assert.equal((await bytesOf(response)).length, 0)
  })
})

describe('the manifest directory on a disk', () => {
  const signal = new AbortController().signal
  let home = ''
  let files: ManifestFiles

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'holdfast-manifest-'))
    await mkdir(join(home, 'manifest/tile/0'), { recursive: true })
    await mkdir(join(home, 'manifest/checkpoints'), { recursive: true })
    await mkdir(join(home, 'elsewhere'))
    await writeFile(join(home, 'secret'), 'a key')
    await writeFile(join(home, 'elsewhere/000'), 'a key')
    await writeFile(join(home, 'manifest/tile/0/000'), 'hashes')
    await symlink('../secret', join(home, 'manifest/checkpoint'))
    await symlink('../elsewhere', join(home, 'manifest/policies'))
    files = manifestDirectory(join(home, 'manifest'))
  })
  after(async () => await rm(home, { recursive: true }))

  const read = async (name: string): Promise<string | undefined> => {
    const bytes = await files.read(name, { signal })
    return bytes && new TextDecoder().decode(bytes)
  }

  it('gives whole files', async () => {
    assert.equal(await read('tile/0/000'), 'hashes')
  })

  it('follows no link, neither of a file nor of a directory on the way', async () => {
    assert.equal(await read('checkpoint'), undefined)
    assert.equal(await read('policies/000'), undefined)
  })

  it('may itself be reached through a link', async () => {
    await symlink(join(home, 'manifest'), join(home, 'linked'))
    const bytes = await manifestDirectory(join(home, 'linked')).read('tile/0/000', { signal })
    assert.deepEqual(bytes && new TextDecoder().decode(bytes), 'hashes')
  })

  it('has nothing where there is a directory, nothing at all, a file for a directory, or no directory yet', async () => {
    for (const name of ['checkpoints', 'tile/0/001', 'tile/0/000/000']) assert.equal(await read(name), undefined, name)
    assert.equal(await manifestDirectory(join(home, 'later')).read('checkpoint', { signal }), undefined)
  })

  it('never leaves itself, even for a name that nobody checked', async () => {
    for (const name of ['../secret', 'tile/../../secret', '']) assert.equal(await read(name), undefined, name)
  })

  it('does not load a file that no manifest can have', async () => {
    await writeFile(join(home, 'manifest/checkpoints/9'), '')
    await truncate(join(home, 'manifest/checkpoints/9'), 9 * 2 ** 20)
    assert.equal(await read('checkpoints/9'), undefined)
  })
})
