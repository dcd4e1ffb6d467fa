import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { formatCheckpoint } from '../../../src/manifest/checkpoint.ts'
import { cosignedMessage, encodeCosignature } from '../../../src/manifest/cosignature.ts'
import { formatSignedNote, signatureLine } from '../../../src/manifest/note.ts'
import type { Signer } from '../../../src/manifest/signer.ts'
import { ED25519_COSIGNATURE, formatVkey, parseVkey } from '../../../src/manifest/vkey.ts'
import { heldUpTo } from '../../../src/pipeline/engines/held-up-to.ts'
import { ORIGIN, sha256, testSigner } from '../../fakes/manifest-log.ts'
import { temporaryDirectory } from '../store/temporary-directory.ts'

const NOW = '2026-11-21T12:00:00Z'
const DAY = 86_400

function aHolder(word: string): Signer {
  const { key, sign } = testSigner(word)
  const vkey = formatVkey({ name: `${word}/holder`, type: ED25519_COSIGNATURE, publicKey: key.publicKey }, sha256)
  return { key: parseVkey(vkey, sha256), sign }
}

const [HOLDER, OTHER] = [aHolder('m-one'), aHolder('m-two')]

/** A manifest with heads of these sizes, each signed by a holder so many days ago. */
async function manifest(
  context: TestContext,
  heads: readonly (readonly [size: number, by: Signer, daysAgo: number])[],
): Promise<{ readonly manifest: string }> {
  const directory = await temporaryDirectory(context)
  mkdirSync(join(directory, 'checkpoints'))
  for (const [size, by, daysAgo] of heads) {
    const text = formatCheckpoint({ origin: ORIGIN, size, root: sha256(Buffer.from(`${size}`)) })
    const time = Date.parse(NOW) / 1_000 - daysAgo * DAY
    const signature = by.sign(cosignedMessage(by.key, { text, time }))
    const line = signatureLine(by.key, encodeCosignature(time, signature))
    writeFileSync(join(directory, 'checkpoints', `${size}`), formatSignedNote(text, [line]))
  }
  return { manifest: directory }
}

describe('what a holder says to have', () => {
  it('is all under the newest head that it signed within 90 days', async (t) => {
    const paths = await manifest(t, [
      [9, HOLDER, 80],
      [10, HOLDER, 30],
      [100, HOLDER, 91],
      [200, OTHER, 1],
      [300, OTHER, -2],
    ])
    assert.deepEqual(await heldUpTo(paths, HOLDER.key.text, NOW), { size: 10, signedAt: '2026-10-22T12:00:00Z' })
    assert.equal((await heldUpTo(paths, OTHER.key.text, NOW))?.size, 200)
    assert.equal(await heldUpTo(paths, HOLDER.key.text, '2027-01-21T12:00:01Z'), undefined)
  })

  it('is nothing where nobody signed, a signature is not its own, or a head is damaged', async (t) => {
    assert.equal(
      await heldUpTo({ manifest: join(await temporaryDirectory(t), 'none') }, HOLDER.key.text, NOW),
      undefined,
    )
    const forged: Signer = { key: HOLDER.key, sign: OTHER.sign }
    const paths = await manifest(t, [
      [5, HOLDER, 1],
      [6, forged, 1],
    ])
    writeFileSync(join(paths.manifest, 'checkpoints', '7'), 'not a note')
    assert.equal((await heldUpTo(paths, HOLDER.key.text, NOW))?.size, 5)
    await assert.rejects(heldUpTo(paths, 'no key', NOW), { code: 'VKEY_MALFORMED' })
  })
})
