import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { type Policy, parsePolicy } from '../../../src/manifest/policy.ts'
import type { Signer } from '../../../src/manifest/signer.ts'
import { fileInStatement } from '../../../src/read/receipt-file.ts'
import { verifyReceipt } from '../../../src/read/verify-receipt.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { aBundle, LOG, rawEntry, sha256, testSigner } from '../../fakes/manifest-log.ts'
import { policyOf, WrittenManifest } from '../../fakes/written-manifest.ts'
import { ed25519Signer } from '../manifest/signers.ts'

const directory = mkdtempSync(join(tmpdir(), 'holdfast-receipts-'))
after(() => rmSync(directory, { recursive: true, force: true }))
const signal = new AbortController().signal

const WITNESS: Signer = ed25519Signer('w-1/witness', 7, 0x04)
const SECOND: Signer = ed25519Signer('w-2/witness', 8, 0x04)
const STRANGER: Signer = ed25519Signer('w-9/witness', 9, 0x04)
const NOON = 1_772_366_400

function policyText(...lines: readonly string[]): Policy {
  return parsePolicy(`${lines.join('\n')}\n`, sha256)
}

const WITNESSED = policyText(
  `log ${LOG.key.text}`,
  `witness one ${WITNESS.key.text}`,
  `witness two ${SECOND.key.text}`,
  'group both all one two',
  'quorum both',
)
const ONE_OF_TWO = policyText(
  `log ${LOG.key.text}`,
  `witness one ${WITNESS.key.text}`,
  `witness two ${SECOND.key.text}`,
  'group any any one two',
  'quorum any',
)

const video = new TextEncoder().encode('a video')
const bundle = aBundle(1, {
  files: [
    {
      ...{ path: 'video.mp4', cid: aBundle(1).files[0]?.cid ?? '', bytes: video.length },
      ...{ sha256: Buffer.from(sha256(video)).toString('hex'), mediaType: 'video/mp4', role: 'video' },
    },
  ],
})

function aReceipt(cosigners: readonly { signer: Signer; time: number }[] = [], index = 1): Uint8Array {
  return new WrittenManifest()
    .add(bundle)
    .add(rawEntry({ type: 'letter/1', at: '2026-03-01T12:00:00Z' }))
    .head({ cosigners })
    .receipt(index)
}

const both = [
  { signer: WITNESS, time: NOON },
  { signer: SECOND, time: NOON + 60 },
]

describe('a receipt', () => {
  it('says what it proves, and by whom it was seen and when', () => {
    const proven = verifyReceipt(aReceipt(both), WITNESSED, nodePrimitives)
    assert.equal(proven.index, 1)
    assert.deepEqual(proven.statement, bundle)
    assert.deepEqual(proven.checkpoint, { origin: 'archive.example/testimony', size: 4 })
    assert.deepEqual(proven.witnessed, [
      { name: 'w-1/witness', time: '2026-03-01T12:00:00Z' },
      { name: 'w-2/witness', time: '2026-03-01T12:01:00Z' },
    ])
  })

  it('lists a witness whom the quorum does not need, and none whom the policy does not know', () => {
    const receipt = aReceipt([...both, { signer: STRANGER, time: NOON }])
    assert.equal(verifyReceipt(receipt, ONE_OF_TWO, nodePrimitives).witnessed.length, 2)
    assert.deepEqual(verifyReceipt(receipt, policyOf(), nodePrimitives).witnessed, [])
  })

  it('is refused without its quorum, by another policy, and by the key of another log', () => {
    const code = (receipt: Uint8Array, policy: Policy): unknown =>
      refusal(() => verifyReceipt(receipt, policy, nodePrimitives))
    assert.equal(code(aReceipt([both[0] ?? { signer: WITNESS, time: NOON }]), WITNESSED), 'QUORUM_NOT_MET')
    assert.equal(code(aReceipt([{ signer: STRANGER, time: NOON }]), ONE_OF_TWO), 'QUORUM_NOT_MET')
    assert.equal(code(aReceipt(), policyOf(testSigner('other', LOG.key.name))), 'SIGNATURE_MISSING')
    assert.equal(code(aReceipt(), policyOf(testSigner('other', 'other.example/log'))), 'ORIGIN_UNKNOWN')
  })

  it('of an older head stays good when the log goes on', () => {
    const log = new WrittenManifest().add(bundle).head()
    const older = log.receipt(1)
    log.add(aBundle(2)).head()
    assert.equal(verifyReceipt(older, policyOf(), nodePrimitives).checkpoint.size, 3)
    assert.equal(verifyReceipt(log.receipt(1), policyOf(), nodePrimitives).checkpoint.size, 5)
  })

  it('proves a statement of a type that this program does not know, and says no more of it than its type', () => {
    assert.deepEqual(verifyReceipt(aReceipt([], 2), policyOf(), nodePrimitives).statement, { type: 'letter/1' })
  })

  it('of something that is no statement, or of none, is refused', () => {
    const log = new WrittenManifest().add(new TextEncoder().encode('{"type":"bundle/1"}')).head()
    assert.equal(
      refusal(() => verifyReceipt(log.receipt(1), policyOf(), nodePrimitives)),
      'PROOF_WITHOUT_STATEMENT',
    )
    const bare = new TextEncoder().encode(new TextDecoder().decode(aReceipt()).replace(/^extra .*\n/m, ''))
    assert.equal(
      refusal(() => verifyReceipt(bare, policyOf(), nodePrimitives)),
      'PROOF_WITHOUT_STATEMENT',
    )
  })

  it('knows its file by its bytes, under whatever name, and no other', async () => {
    const { statement } = verifyReceipt(aReceipt(), policyOf(), nodePrimitives)
    const path = join(directory, 'renamed.bin')
    writeFileSync(path, video)
    assert.deepEqual(await fileInStatement(path, statement, signal), { path: 'renamed.bin', role: 'video' })
    writeFileSync(path, 'another video')
    await assert.rejects(fileInStatement(path, statement, signal), { name: 'ReadError', code: 'FILE_NOT_IN_STATEMENT' })
    await assert.rejects(fileInStatement(path, { type: 'letter/1' }, signal), { code: 'FILE_NOT_IN_STATEMENT' })
  })
})

/** Code of the error that it throws; undefined when it does not. */
function refusal(run: () => unknown): unknown {
  try {
    run()
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}
