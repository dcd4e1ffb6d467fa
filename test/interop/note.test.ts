import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { formatCheckpoint } from '../../src/manifest/checkpoint.ts'
import { ManifestError } from '../../src/manifest/errors.ts'
import { formatSignedNote } from '../../src/manifest/note.ts'
import { parsePolicy, policyOfVkey } from '../../src/manifest/policy.ts'
import { cosign, type Signer, signCheckpoint } from '../../src/manifest/signer.ts'
import { verifyCheckpoint } from '../../src/manifest/verify-checkpoint.ts'
import { ED25519_COSIGNATURE, formatVkey, parseVkey } from '../../src/manifest/vkey.ts'
import { nodePrimitives } from '../../src/store/node-primitives.ts'
import { aWorld, linesOfEvent } from '../cli/harness.ts'
import { LOG, ORIGIN, sha256, testSigner } from '../fakes/manifest-log.ts'
import peers from './peers.json' with { type: 'json' }
import { findPeer, INTEROP } from './peers.ts'
import { type PeerRun, runPeer } from './run-peer.ts'

const peer = findPeer('note')
const TEXT = formatCheckpoint({ origin: ORIGIN, size: 123_456, root: sha256(Buffer.from('any tree')) })

function go(context: TestContext, args: readonly string[], input: string | Uint8Array = ''): Promise<PeerRun> {
  assert.ok(peer.skip === false)
  return runPeer(context, peer.program, args, { input })
}

interface Opened {
  readonly text: string
  readonly verified: readonly string[]
  readonly unverified: readonly string[]
}

async function open(context: TestContext, note: Uint8Array, ...vkeys: readonly string[]): Promise<Opened> {
  const { exit, stdout, stderr } = await go(context, ['open', ...vkeys], note)
  assert.equal(exit, 0, stderr)
  return JSON.parse(stdout)
}

interface GoKey {
  readonly skey: string
  /** For notes of its own; `0x01`. */
  readonly vkey: string
  /** The same key as a cosigner; `0x04`. */
  readonly cosigner: string
}

async function goKey(context: TestContext, name: string): Promise<GoKey> {
  return JSON.parse((await go(context, ['generate', name])).stdout)
}

/** The test key of a word as a witness. */
function aWitness(word: string): Signer {
  const { key, sign } = testSigner(word)
  const text = formatVkey({ name: key.name, type: ED25519_COSIGNATURE, publicKey: key.publicKey }, sha256)
  return { key: parseVkey(text, sha256), sign }
}

function isAcceptedHere(note: Uint8Array): boolean {
  try {
    verifyCheckpoint(nodePrimitives, policyOfVkey(LOG.key.text, sha256), note)
    return true
  } catch (error) {
    assert.ok(error instanceof ManifestError)
    return false
  }
}

describe("Go's sumdb/note and the cosignatures of transparency-dev/formats", { skip: peer.skip }, () => {
  it('are of the versions that are pinned', () => {
    const { module, version } = peers.note
    assert.ok(readFileSync(join(INTEROP, 'go/go.mod'), 'utf8').includes(`\t${module} ${version}\n`))
  })

  it('open every checkpoint of a home with the key that init hands out, and with the key in its policy', async (context) => {
    const world = aWorld(context)
    await world.init()
    const [done] = linesOfEvent(await world.run(['manifest', 'show', '--json']), 'done')
    const policy = readFileSync(join(world.home, 'policy.txt'), 'utf8')
    const ofPolicy = /^log (\S+)/m.exec(policy)?.[1] ?? ''
    const manifest = join(world.home, 'manifest')
    const kept = readdirSync(join(manifest, 'checkpoints')).map((name) => join('checkpoints', name))
    for (const name of ['checkpoint', ...kept]) {
      const note = readFileSync(join(manifest, name))
      for (const vkey of [String(done?.['vkey']), ofPolicy]) {
        const { text, verified, unverified } = await open(context, note, vkey)
        assert.deepEqual([verified, unverified], [['archive.example/testimony'], []])
        assert.equal(text, note.subarray(0, note.indexOf('\n\n') + 1).toString())
      }
    }
  })

  it('refuse what we refuse: a checkpoint with any one bit changed, and the key of somebody else', async (context) => {
    const note = formatSignedNote(TEXT, [signCheckpoint(TEXT, LOG)])
    assert.equal((await open(context, note, LOG.key.text)).text, TEXT)
    for (let at = 0; at < note.length; at += 1) {
      const changed = Uint8Array.from(note, (byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte))
      const { exit, stdout } = await go(context, ['open', LOG.key.text], changed)
      assert.deepEqual([exit, stdout, isAcceptedHere(changed)], [1, '', false], `byte ${at}`)
    }
    assert.equal((await go(context, ['open', testSigner('stranger', ORIGIN).key.text], note)).exit, 1)
  })

  it('verify our cosignatures beside the signature of the log', async (context) => {
    const witness = aWitness('w-1')
    const lines = [signCheckpoint(TEXT, LOG), cosign(TEXT, witness, 1_780_000_000)]
    const note = formatSignedNote(TEXT, lines)
    const { verified, unverified } = await open(context, note, LOG.key.text, witness.key.text)
    assert.deepEqual([verified, unverified], [[ORIGIN, 'w-1'], []])
    const later = formatSignedNote(TEXT.replace('123456', '123457'), lines)
    assert.equal((await go(context, ['open', witness.key.text], later)).exit, 1)
  })

  it('make checkpoints and cosignatures that we verify, under names in any script', async (context) => {
    const name = 'архив.example/айғақ'
    const [log, witness] = [await goKey(context, name), await goKey(context, 'куә.example')]
    const text = TEXT.replace(ORIGIN, name)
    const { stdout: signed } = await go(context, ['sign', log.skey], text)
    const { stdout: cosigned } = await go(context, ['cosign', witness.skey, log.vkey], signed)
    const policy = parsePolicy(`log ${log.vkey}\nwitness куә ${witness.cosigner}\nquorum куә\n`, sha256)
    const alone = verifyCheckpoint(nodePrimitives, policy, Buffer.from(signed))
    assert.deepEqual([alone.text, alone.quorumMet], [text, false])
    const { checkpoint, cosignatures, quorumMet } = verifyCheckpoint(nodePrimitives, policy, Buffer.from(cosigned))
    assert.deepEqual([checkpoint.origin, checkpoint.size, quorumMet], [name, 123_456, true])
    assert.deepEqual(
      cosignatures.map((cosignature) => cosignature.name),
      ['куә.example'],
    )
    assert.throws(
      () => verifyCheckpoint(nodePrimitives, policy, Buffer.from(cosigned.replace('123456', '123457'))),
      (error) => error instanceof ManifestError && error.code === 'SIGNATURE_INVALID',
    )
  })
})
