import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parsePolicy } from '../../../src/manifest/policy.ts'
import type { Signer } from '../../../src/manifest/signer.ts'
import { encodeStatement } from '../../../src/manifest/statement.ts'
import type { PolicyStatement } from '../../../src/manifest/statement-types.ts'
import {
  ALMA,
  aBundle,
  aGenesis,
  aPolicy,
  aRepudiation,
  aRestore,
  aSuccessor,
  aWithdrawal,
  BEK,
  CHOL,
  LOG,
  ORIGIN,
  rawEntry,
  sha256,
  testId,
  testSigner,
} from '../../fakes/manifest-log.ts'
import { policyOf, WrittenManifest } from '../../fakes/written-manifest.ts'
import { look, outcome, verify } from './reading.ts'

/** The key that a policy puts in the place of the first one, which was stolen. */
const NEW: Signer = testSigner('log after the raid', ORIGIN)
/** The genesis has one recovery approver, as `init` makes it. */
const GENESIS = aGenesis({ approvers: { threshold: 1, keys: [ALMA.key.text] } })
const url = (n: number): string => `https://youtu.be/${String(n).padStart(11, '0')}`
const code = (n: number): string => `youtube:video:${String(n).padStart(11, '0')}`

function replacing(log: WrittenManifest, given: Partial<PolicyStatement> = {}, signers = [ALMA]): PolicyStatement {
  return aPolicy(
    {
      prev: Buffer.from(sha256(encodeStatement(GENESIS))).toString('hex'),
      policy: [`log ${NEW.key.text}`, 'quorum none'],
      approvers: { threshold: 1, keys: [ALMA.key.text] },
      logKeys: [NEW.key.text],
      after: { size: log.size, root: log.root() },
      ...given,
    },
    signers,
  )
}

/** Three statements under the first key, then a policy that replaces it, and one bundle under the new one. */
function rotated(given: Partial<PolicyStatement> = {}, signers = [ALMA]): WrittenManifest {
  const log = new WrittenManifest(GENESIS).add(aBundle(1)).head()
  const policy = replacing(log, given, signers)
  return log
    .add(policy)
    .policyFile(1, policy)
    .add(aBundle(2))
    .head({ signers: [NEW] })
}

describe('a log whose key was replaced', () => {
  it('is followed by a reader who knows the old key alone', async () => {
    const { files } = rotated()
    const verified = await verify(files)
    assert.deepEqual({ size: verified.size, problems: verified.problems }, { size: 6, problems: [] })
    assert.equal((await look(files, url(2))).views.length, 1)
    assert.equal((await look(files, url(3))).views.length, 0)
  })

  it('is read by somebody who got the new key, and by somebody who has both', async () => {
    const { files } = rotated()
    const both = parsePolicy(`log ${LOG.key.text}\nlog ${NEW.key.text}\nquorum none\n`, sha256)
    for (const policy of [policyOf(NEW), both]) {
      assert.equal((await verify(files, policy)).size, 6)
      assert.equal((await look(files, url(1), policy)).views.length, 1)
    }
    assert.equal(await outcome(look(files, url(1), policyOf(testSigner('nobody', ORIGIN)))), 'GENESIS_INVALID')
  })

  it('is not followed to a key that its approvers did not put there', async () => {
    for (const signers of [[], [CHOL]]) {
      const { files } = rotated({}, signers)
      assert.equal(await outcome(verify(files)), 'SIGNATURE_MISSING')
      assert.equal(await outcome(look(files, url(2))), 'SIGNATURE_MISSING')
    }
    const forged = rotated().copy()
    const policy = forged.get('policies/1') ?? new Uint8Array(0)
    const at = new TextDecoder().decode(policy).indexOf(NEW.key.text) + NEW.key.text.length - 4
    policy[at] = policy[at] === 0x41 ? 0x42 : 0x41
    assert.equal(await outcome(look(forged, url(2))), 'SIGNATURE_MISSING')
  })

  it('needs approval by the approvers before and after', async () => {
    const approvers = { threshold: 1, keys: [BEK.key.text] }
    assert.equal(await outcome(verify(rotated({ approvers }, [ALMA]).files)), 'SIGNATURE_MISSING')
    assert.equal(await outcome(verify(rotated({ approvers }, [ALMA, BEK]).files)), 'fine')
  })

  it('keeps the old heads of the old key good', async () => {
    const log = new WrittenManifest(GENESIS).add(aBundle(1)).head()
    const stale = log.copy()
    const policy = replacing(log)
    for (const [path, bytes] of log
      .add(policy)
      .policyFile(1, policy)
      .head({ signers: [NEW] }).files)
      if (!stale.has(path)) stale.set(path, bytes)
    assert.equal((await look(stale, url(1))).views.length, 1)
    assert.equal((await verify(stale)).size, 3)
  })
})

describe('a thief with the old key', () => {
  it('cannot make a larger head once the policy that shut the key out is seen', async () => {
    const log = rotated()
    log.add(aBundle(9)).head({ signers: [LOG] })
    assert.equal(await outcome(verify(log.files)), 'SIGNATURE_MISSING')
    assert.equal(await outcome(look(log.files, url(9))), 'SIGNATURE_MISSING')
  })

  it('cannot hide the policy file and go on with the true log, which has the policy in it', async () => {
    const log = rotated()
    log.add(aBundle(9)).head({ signers: [LOG] })
    log.files.delete('policies/1')
    assert.equal(await outcome(verify(log.files)), 'MANIFEST_INCONSISTENT')
    assert.equal(await outcome(look(log.files, url(9))), 'MANIFEST_INCONSISTENT')
  })

  it('cannot show another history, larger than that at which the key was shut out', async () => {
    const honest = rotated()
    const thief = new WrittenManifest(GENESIS).add(aBundle(5), aBundle(6), aBundle(7), aBundle(8)).head()
    thief.files.set('policies/1', honest.files.get('policies/1') ?? new Uint8Array(0))
    assert.equal(await outcome(look(thief.files, url(5))), 'SIGNATURE_MISSING')
  })

  it('cannot show another history, not larger than that, where the policy is seen', async () => {
    const honest = rotated()
    const policy = honest.files.get('policies/1') ?? new Uint8Array(0)
    const same = new WrittenManifest(GENESIS).add(aBundle(5)).head()
    same.files.set('policies/1', policy)
    assert.equal(await outcome(look(same.files, url(5))), 'MANIFEST_INCONSISTENT')
    const smaller = new WrittenManifest(GENESIS).head()
    assert.equal(smaller.size, 2)
    smaller.files.set('policies/1', policy)
    for (const path of ['tile/0/000.p/3', 'tile/entries/000.p/3', 'checkpoints/3'])
      smaller.files.set(path, honest.files.get(path) ?? new Uint8Array(0))
    assert.equal(await outcome(look(smaller.files, url(5))), 'MANIFEST_INCONSISTENT')
  })

  it('who has the new key too must still contain the head at which the keys changed', async () => {
    const honest = rotated()
    const other = new WrittenManifest(GENESIS).add(aBundle(5)).head()
    const kept = honest.files.get('checkpoints/3') ?? new Uint8Array(0)
    const policy = honest.files.get('policies/1') ?? new Uint8Array(0)
    other
      .add(policy)
      .add(aBundle(6))
      .head({ signers: [NEW] })
    other.files.set('policies/1', policy)
    assert.equal(await outcome(verify(other.files)), 'MANIFEST_INCONSISTENT')
    assert.equal(await outcome(look(other.files, url(5), policyOf(NEW))), 'MANIFEST_INCONSISTENT')
    other.files.set('checkpoints/3', kept)
    assert.equal(await outcome(look(other.files, url(5))), 'MANIFEST_DAMAGED')
  })

  it('is undone by a repudiation: what it wrote is void, what people approved stays', async () => {
    const log = new WrittenManifest(GENESIS).add(aBundle(1)).head()
    const from = log.size
    log.add(aBundle(9), aWithdrawal(1)).head()
    assert.equal((await look(log.files, code(1))).views[0]?.state, 'withdrawn')
    const to = log.size
    log.add(aRepudiation(from, to, [ALMA])).head()
    const verified = await verify(log.files)
    assert.deepEqual(verified.problems.includes('STATEMENT_REPUDIATED'), false, 'they were applied when they were met')
    assert.ok(verified.status.problems >= 2)
    assert.equal((await look(log.files, code(1))).views[0]?.state, 'published')
    assert.deepEqual((await look(log.files, code(9))).views, [])
  })
})

describe('statements that govern', () => {
  it('are in the policy files as they are in the log, or the copy is damaged', async () => {
    const { files } = rotated()
    const policy = files.get('policies/1') ?? new Uint8Array(0)
    const newKey = policyOf(NEW)
    const both = parsePolicy(`log ${LOG.key.text}\nlog ${NEW.key.text}\nquorum none\n`, sha256)
    files.set('policies/1', policy.slice(1))
    assert.equal(await outcome(verify(files, both)), 'MANIFEST_DAMAGED')
    files.delete('policies/1')
    assert.equal(await outcome(verify(files, both)), 'MANIFEST_DAMAGED')
    assert.equal(await outcome(verify(files, newKey)), 'GENESIS_INVALID', 'nothing leads from the genesis to this key')
  })

  it('restore what was withdrawn, with approvals and not without', async () => {
    const log = new WrittenManifest(GENESIS).add(aBundle(1), aWithdrawal(1), aRestore(1, [CHOL])).head()
    assert.deepEqual((await verify(log.files)).problems, ['APPROVALS_MISSING'])
    assert.equal((await look(log.files, testId(1))).views[0]?.state, 'withdrawn')
    log.add(aRestore(1, [ALMA])).head()
    assert.equal((await look(log.files, testId(1))).views[0]?.state, 'published')
  })

  it('name the log that goes on, and verify and lookup say so', async () => {
    const log = new WrittenManifest(GENESIS).add(aBundle(1), aSuccessor([ALMA])).head()
    const verified = await verify(log.files)
    assert.equal(verified.successor?.origin, 'next.example/testimony')
    const answer = await look(log.files, url(1))
    assert.equal(answer.successor?.origin, 'next.example/testimony')
    assert.equal(answer.views.length, 1)
    assert.equal(
      (await look(new WrittenManifest(GENESIS).add(aSuccessor([CHOL])).head().files, url(1))).successor,
      undefined,
    )
  })

  it('of a critical type that this program does not know: verify keeps what came before, a lookup says nothing', async () => {
    const unknown = rawEntry({ type: 'embargo/1', at: '2026-03-01T12:00:00Z', critical: true })
    const log = new WrittenManifest(GENESIS).add(aBundle(1)).addCritical(unknown).add(aBundle(2)).head()
    const { status } = await verify(log.files)
    assert.deepEqual({ code: status.halted?.code, index: status.halted?.index }, { code: 'UPDATE_NEEDED', index: 2 })
    for (const n of [1, 2, 3]) assert.equal(await outcome(look(log.files, url(n))), 'UPDATE_NEEDED')
  })

  it('of a type that nobody needs to know are passed over', async () => {
    const letter = rawEntry({ type: 'letter/1', at: '2026-03-01T12:00:00Z' })
    const { files } = new WrittenManifest(GENESIS).add(aBundle(1), letter).head()
    assert.equal((await verify(files)).status.problems, 0)
    assert.equal((await look(files, url(1))).views.length, 1)
  })

  it('that are not the genesis of this log end all reading', async () => {
    const foreign = new WrittenManifest(aGenesis({ logKeys: [NEW.key.text] })).add(aBundle(1)).head()
    assert.equal(await outcome(verify(foreign.files)), 'GENESIS_INVALID')
    assert.equal(await outcome(look(foreign.files, url(1))), 'GENESIS_INVALID')
    const none = new WrittenManifest(aBundle(1)).sign()
    assert.equal(await outcome(verify(none.files)), 'INDEX_DAMAGED')
  })
})
