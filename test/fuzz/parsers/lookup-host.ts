import assert from 'node:assert/strict'
import { MANIFEST_ERROR_CODES } from '../../../src/manifest/errors.ts'
import { READ_ERROR_CODES } from '../../../src/read/errors.ts'
import { aBundle, aWithdrawal } from '../../fakes/manifest-log.ts'
import { WrittenManifest } from '../../fakes/written-manifest.ts'
import { look } from '../../unit/read/reading.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'

const written = new WrittenManifest()
for (let n = 0; n < 6; n += 1) written.add(aBundle(n))
written.add(aWithdrawal(2)).head()
const WANTED = 'https://www.youtube.com/watch?v=00000000002'
const paths = [...written.files.keys()]
const honest = await look(written.files, WANTED)

/** A host of a manifest that gives anything for one of its files (the first byte says which): no lie changes an answer. */
export const lookupHost: FuzzTarget = {
  name: 'manifest host',
  share: 10_000,
  codes: [...MANIFEST_ERROR_CODES, ...READ_ERROR_CODES],
  words: ['\n', '— ', '"withdrawal/1"', 'archive.example/testimony', '\n8\n', 'index 7'],
  maxBytes: 64 * 1024,
  seeds: () => paths.map((path, i) => Buffer.concat([Buffer.of(i), written.files.get(path) ?? new Uint8Array(0)])),
  async run(input) {
    const path = paths[(input[0] ?? 0) % paths.length] ?? ''
    const files = new Map([...written.files, [path, input.subarray(1)]])
    const { views } = await look(files, WANTED)
    assert.deepEqual(views, honest.views)
    return ACCEPTED
  },
}
