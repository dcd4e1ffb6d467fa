import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openHasher } from '../../src/address/hash-file.ts'
import { ReferenceStore } from '../../src/address/reference-store.ts'
import { cidText } from '../../src/model/content-id.ts'
import { openTables, seeded, temporary } from '../unit/address/samples.ts'
import vectors from '../vectors/unixfs/files.json' with { type: 'json' }

const { signal } = new AbortController()
const skip = process.env['SLOW'] === '1' ? false : 'takes 1 GiB of disk; SLOW=1 runs it'

describe('published vectors of 1 GiB', { skip }, () => {
  for (const { name, seed, bytes, cid } of vectors.large) {
    it(`have the CID that Kubo gives them, and are served as they are: ${name}`, async () => {
      await using dir = await temporary()
      const path = join(dir.path, 'film')
      const fd = openSync(path, 'w')
      for (const chunk of seeded(seed, bytes)) writeSync(fd, chunk)
      closeSync(fd)
      await using hasher = openHasher()
      const file = await hasher.hashFile(path, { signal })
      assert.equal(cidText(file.cid), cid)
      assert.equal(cidText((await hasher.hashFile(path, { signal, sha256: false })).cid), cid)

      const database = openTables()
      await using store = new ReferenceStore(database)
      store.addContent(file)
      const sha256 = createHash('sha256')
      for await (const part of store.readFileRange(file.cid, 0, bytes, { signal })) sha256.update(part)
      assert.deepEqual(new Uint8Array(sha256.digest()), new Uint8Array(file.sha256))
      database.close()
    })
  }
})
