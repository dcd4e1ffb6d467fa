import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { StoreError } from '../../../src/store/errors.ts'
import { replaceWhereDifferent } from '../../../src/store/replace-files.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('files whose bytes are proven', () => {
  it('get them whatever stood there, and those that have them already are left alone', async (t) => {
    const directory = await temporaryDirectory(t)
    const files = ['same', 'altered', 'longer', 'missing', 'deep/below/missing'].map((name) => ({
      path: join(directory, name),
      bytes: bytes(`bytes of ${name}`),
    }))
    await writeFile(join(directory, 'same'), 'bytes of same')
    await writeFile(join(directory, 'altered'), 'bytes of alterEd')
    await writeFile(join(directory, 'longer'), 'bytes of longer and more')
    const { ino } = await stat(join(directory, 'same'))
    assert.equal(await replaceWhereDifferent(files), 4)
    for (const file of files) assert.deepEqual(new Uint8Array(await readFile(file.path)), file.bytes)
    assert.equal((await stat(join(directory, 'same'))).ino, ino)
    assert.equal(await replaceWhereDifferent(files), 0)
    assert.deepEqual(
      (await readdir(directory)).filter((name) => name.startsWith('.')),
      [],
    )
  })

  it('are not written over what is no file', async (t) => {
    const directory = await temporaryDirectory(t)
    await mkdir(join(directory, 'name'))
    await assert.rejects(
      replaceWhereDifferent([{ path: join(directory, 'name'), bytes: bytes('x') }]),
      (error) => error instanceof StoreError && error.hint !== undefined,
    )
  })
})
