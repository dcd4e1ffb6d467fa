import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { CID } from 'multiformats/cid'
import { cidText, decodeCid, parseCid } from '../../../../src/model/content-id.ts'
import { ownRecord } from '../../../../src/pipeline/announce/own-record.ts'
import { updateRoot } from '../../../../src/pipeline/announce/update-root.ts'
import { servedContent } from '../../../../src/pipeline/served-content.ts'
import { openAnnounced } from '../../../../src/store/announced.ts'
import { exportedRoot, importedRoot } from '../../../fakes/exported-root.ts'
import { anInstallation, type Installation } from '../installation.ts'

const { signal } = new AbortController()

function rootOf({ home }: Installation): CID {
  const newest = openAnnounced(home.db).newest()
  assert.ok(newest !== undefined)
  return decodeCid(newest.cid)
}

async function filesOf({ home }: Installation, root: CID): Promise<Map<string, Uint8Array>> {
  const content = servedContent(home)
  return exportedRoot(root, async (cid) => {
    assert.equal(content.standing(cid), 'served', `${cidText(cid)} is served`)
    return content.readBlock(cid, { signal })
  })
}

async function withVideos(it: Installation, ...ids: string[]): Promise<readonly string[]> {
  for (const id of ids) it.video({ id })
  const added = await it.add()
  await it.publish()
  return added.map(({ id }) => id)
}

describe('the announced root', () => {
  it('has the files of the manifest and each bundle, all of it served, under the CID that another importer gives', async (context) => {
    const it = await anInstallation(context)
    const [one = '', two = ''] = await withVideos(it, 'testimony01', 'testimony02')
    const files = await filesOf(it, rootOf(it))
    assert.deepEqual(await importedRoot(files), rootOf(it))
    const bundles = [...files.keys()].filter((path) => path.startsWith('bundles/'))
    for (const id of [one, two]) assert.ok(bundles.includes(`bundles/${id.slice(0, 2)}/${id}/files.json`), id)
    for (const [path, bytes] of files) {
      if (!path.startsWith('manifest/')) continue
      assert.equal(Buffer.compare(bytes, readFileSync(join(it.home.paths.home, path))), 0, path)
    }
    assert.ok(files.has('manifest/checkpoint') && ![...files.keys()].some((path) => path.includes('pending')))
  })

  it('is the same whether it grew statement by statement or is made at once', async (context) => {
    const it = await anInstallation(context)
    for (const id of ['testimony01', 'testimony02', 'testimony03']) await withVideos(it, id)
    const grown = rootOf(it)
    openAnnounced(it.home.db).clear()
    await updateRoot(it.home)
    assert.equal(cidText(rootOf(it)), cidText(grown))
    const files = await filesOf(it, grown)
    const receipts = [...files.keys()].filter((path) => path.endsWith('/receipt'))
    assert.equal(receipts.length, 1, 'of older indexes nothing is in it')
    assert.equal([...files.keys()].filter((path) => path.startsWith('manifest/checkpoints/')).length, 4)
  })

  it('loses a bundle that is withdrawn, and the older root goes on being served without its content', async (context) => {
    const it = await anInstallation(context)
    const [gone = '', stays = ''] = await withVideos(it, 'testimony01', 'testimony02')
    const before = rootOf(it)
    await it.withdraw(gone)
    const paths = [...(await filesOf(it, rootOf(it))).keys()]
    assert.ok(!paths.some((path) => path.includes(gone)) && paths.some((path) => path.includes(stays)))
    const content = servedContent(it.home)
    assert.equal(content.standing(before), 'served')
    assert.equal(content.standing(decodeCid(rootOfBundle(it, gone))), 'withdrawn')
  })

  it('changes when the head gains a cosignature, and does not change by itself', async (context) => {
    const it = await anInstallation(context)
    await withVideos(it, 'testimony01')
    const before = rootOf(it)
    assert.equal((await updateRoot(it.home, { everything: true }))?.seq, openAnnounced(it.home.db).newest()?.seq)
    assert.equal(cidText(rootOf(it)), cidText(before))
    const path = join(it.home.paths.manifest, 'checkpoint')
    writeFileSync(path, `${readFileSync(path, 'utf8')}\u2014 somebody AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n`)
    await updateRoot(it.home)
    assert.notEqual(cidText(rootOf(it)), cidText(before))
    await filesOf(it, before)
  })

  it('leaves out a bundle whose own blocks are not here, and takes it in when they are', async (context) => {
    const it = await anInstallation(context)
    const [id = ''] = await withVideos(it, 'testimony01')
    const whole = rootOf(it)
    const root = decodeCid(rootOfBundle(it, id))
    const block = it.home.db.statement('SELECT bytes FROM small_block WHERE multihash = ?').get(root.multihash.bytes)
    it.home.db.statement('DELETE FROM small_block WHERE multihash = ?').run(root.multihash.bytes)
    assert.equal((await updateRoot(it.home, { everything: true }))?.leftOut, 1)
    assert.ok(![...(await filesOf(it, rootOf(it))).keys()].some((path) => path.startsWith('bundles/')))
    const put = it.home.db.statement('INSERT INTO small_block (multihash, bytes) VALUES (?, ?)')
    put.run(root.multihash.bytes, block?.['bytes'] as Uint8Array)
    assert.equal((await updateRoot(it.home))?.leftOut, 0)
    assert.equal(cidText(rootOf(it)), cidText(whole))
  })

  it('forgets the oldest of many roots with all that only they had', async (context) => {
    const it = await anInstallation(context)
    await withVideos(it, 'testimony01')
    const first = rootOf(it)
    const path = join(it.home.paths.manifest, 'checkpoint')
    const note = readFileSync(path, 'utf8')
    for (let i = 0; i < 70; i += 1) {
      writeFileSync(path, `${note}\u2014 somebody${i} AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n`)
      await updateRoot(it.home)
    }
    assert.equal(servedContent(it.home).standing(first), 'unknown')
    const count = it.home.db.statement('SELECT count(*) AS n FROM announced_root').get()
    assert.equal(count?.['n'], 64)
    await filesOf(it, rootOf(it))
  })

  it('is what the name leads to, and a record is made only when it is due', async (context) => {
    const it = await anInstallation(context)
    await withVideos(it, 'testimony01')
    const first = ownRecord(it.home)
    assert.equal(first && cidText(first.root), cidText(rootOf(it)))
    assert.equal(first && first.sequence >> 20n, BigInt(it.home.publishedSize()))
    await it.publish()
    assert.deepEqual(ownRecord(it.home)?.bytes, first?.bytes)
    await withVideos(it, 'testimony02')
    const second = ownRecord(it.home)
    assert.ok(first !== undefined && second !== undefined && second.sequence > first.sequence)
    assert.equal(it.events.filter(({ type }) => type === 'problem').length, 0, JSON.stringify(it.events))
  })
})

function rootOfBundle({ home }: Installation, id: string): Uint8Array {
  const root = home.bundles.get(id)?.root ?? ''
  return parseCid(root).bytes
}
