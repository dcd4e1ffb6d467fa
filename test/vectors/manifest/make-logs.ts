import { type BundleView, bundleView } from '../../../src/manifest/bundle-view.ts'
import { foldLog } from '../../../src/manifest/fold.ts'
import { buildIndex } from '../../../src/manifest/index-build.ts'
import { memoryState } from '../../../src/manifest/memory-state.ts'
import { leafHash, treeRoot } from '../../../src/manifest/merkle.ts'
import type { Statement } from '../../../src/manifest/statement.ts'
import {
  aBundle,
  aCopy,
  aGenesis,
  ALMA,
  anIndex,
  anOriginal,
  aPolicy,
  approvedBy,
  aRepudiation,
  aRestore,
  aSuccessor,
  aWithdrawal,
  BEK,
  CHOL,
  CONTEXT,
  digest,
  entriesOf,
  LOG,
  ORIGIN,
  rawEntry,
  sha256,
  testId,
  testRoot,
  testSigner,
} from '../../fakes/manifest-log.ts'

type Content = readonly (Statement | Uint8Array)[]

const G = aGenesis()
const second = (n: number, replaces: number): Statement => aBundle(n, { root: testRoot(`${n} b`), replaces })
const critical = rawEntry({ type: 'future/1', at: '2026-03-01T12:00:00Z', critical: true })
const approvedCritical = rawEntry(approvedBy([ALMA, BEK], { type: 'future/1', at: '2026-03-01T12:00:00Z', critical: true }))
const ignored = rawEntry({ type: 'future/1', at: '2026-03-01T12:00:00Z' })
const approvedWithdrawal = (n: number): Statement => approvedBy([ALMA, BEK], aWithdrawal(n))
const rotation = aPolicy({ logKeys: [testSigner('new log', ORIGIN).key.text], after: { size: 2, root: digest('two') } })
const legal = (n: number, jurisdiction: string): Statement => aWithdrawal(n, { reason: 'legal', jurisdiction })

/** Whole logs; §4. The events were written by hand: the fold is held to them. */
export function logCases(): object[] {
  return [...governingLogs(), ...bundleLogs(), ...withdrawalLogs(), ...repudiationLogs()]
}

function governingLogs(): object[] {
  return [
    asVector('a genesis alone', '§4.2', [G], 'genesis'),
    asVector('a log that begins with a bundle', '§4.2', [aBundle(1), G], 'GENESIS_MISSING skipped'),
    asVector('a log that begins with no statement', '§4.2', [rawEntry({ hello: 1 }), G], 'GENESIS_MISSING skipped'),
    asVector('the genesis of another origin', '§4.2', [otherOrigin(), aBundle(1)], 'GENESIS_MISMATCH skipped'),
    asVector('a genesis without the key that signs', '§4.2', [aGenesis({ logKeys: [testSigner('thief', ORIGIN).key.text] }), aBundle(1)], 'GENESIS_MISMATCH skipped'),
    asVector('a genesis with a wrong key ID', '§2.9', [aGenesis({ logKeys: [LOG.key.text.replace(/\+[0-9a-f]{8}\+/, '+00000000+')] }), aBundle(1)], 'GENESIS_MISMATCH skipped'),
    asVector('a second genesis', '§4.2', [G, G, aBundle(1)], 'genesis GENESIS_MISPLACED published'),
    asVector('malformed entries', '§1.4', [G, rawEntry({ hello: 1 }), new Uint8Array(0), aBundle(1)], 'genesis STATEMENT_FIELD_INVALID STATEMENT_TOO_LARGE published'),
    asVector('an unknown type', '§2.3', [G, ignored, aBundle(1)], 'genesis ignored published'),
    asVector('an unknown critical type', '§4.10', [G, aBundle(1), critical, aBundle(2)], 'genesis published UPDATE_NEEDED skipped'),
    asVector('an unknown critical type and governance behind it', '§4.10', [G, critical, rotation, ignored, aBundle(2)], 'genesis UPDATE_NEEDED policy skipped skipped'),
    asVector('a policy', '§4.7', [G, aBundle(1), rotation, aBundle(2)], 'genesis published policy published'),
    asVector('a policy that names a head above itself', '§4.7', [G, rotation], 'genesis POLICY_CHAIN_BROKEN'),
    asVector('a policy with one approval of two', '§4.7', [G, aPolicy({}, [ALMA])], 'genesis APPROVALS_MISSING'),
    asVector('a policy twice', '§4.7', [G, aPolicy(), aPolicy()], 'genesis policy POLICY_CHAIN_BROKEN'),
    asVector('approvers who left', '§4.7', [G, aBundle(1), aPolicy(), aWithdrawal(1), aRestore(1, [ALMA, CHOL]), aRestore(1, [ALMA, BEK])], 'genesis published policy withdrawn APPROVALS_MISSING restored'),
    asVector('a successor', '§4.8', [G, aBundle(1), aSuccessor(), aBundle(2), aWithdrawal(1), rotation, rawEntry({ hello: 1 })], 'genesis published successor LOG_ENDED LOG_ENDED LOG_ENDED LOG_ENDED'),
    asVector('a successor without approvals', '§4.8', [G, aSuccessor([ALMA]), aBundle(2)], 'genesis APPROVALS_MISSING published'),
    asVector('a successor that only strangers approve', '§4.8', [G, aSuccessor([testSigner('x'), testSigner('y')]), aBundle(2)], 'genesis APPROVALS_MISSING published'),
    asVector('an index', '§4.11', [G, aBundle(1), anIndex({ size: 2, bits: 0, root: digest('i') })], 'genesis published index'),
    asVector('an index of another size', '§4.11', [G, aBundle(1), anIndex({ size: 1, bits: 0, root: digest('i') })], 'genesis published INDEX_MISPLACED'),
  ]
}

/** A well-formed genesis of another log; its log keys bear that log's name. */
function otherOrigin(): Statement {
  const origin = 'other.example/x'
  return aGenesis({ origin, logKeys: [testSigner('log', origin).key.text] })
}

function bundleLogs(): object[] {
  const observations = Array.from({ length: 256 }, (_, i) => anOriginal(1, { key: `facebook:video:${i}`, state: 'live' }))
  const third = aBundle(1, { replaces: 2 })
  return [
    asVector('two bundles', '§4.3', [G, aBundle(1), aBundle(2)], 'genesis published published'),
    asVector('one URL, two bundles', '§4.3', [G, aBundle(2), aBundle(1, { originals: aBundle(2).originals })], 'genesis published published'),
    asVector('a new version', '§4.3', [G, aBundle(1), second(1, 1)], 'genesis published version'),
    asVector('back to the first version', '§4.3', [G, aBundle(1), second(1, 1), third], 'genesis published version version'),
    asVector('a known id', '§4.3', [G, aBundle(1), aBundle(1, { root: testRoot('x') })], 'genesis published BUNDLE_ID_TAKEN'),
    asVector('a bundle twice', '§4.3', [G, aBundle(1), aBundle(1)], 'genesis published BUNDLE_ID_TAKEN'),
    asVector('a version of an unknown bundle', '§4.3', [G, second(1, 1)], 'genesis REPLACES_WRONG'),
    asVector('a version of an older version', '§4.3', [G, aBundle(1), second(1, 1), aBundle(1, { root: testRoot('c'), replaces: 1 })], 'genesis published version REPLACES_WRONG'),
    asVector('a version that replaces another bundle', '§4.3', [G, aBundle(1), aBundle(2), second(1, 2)], 'genesis published published REPLACES_WRONG'),
    asVector('a version with the same root', '§4.3', [G, aBundle(1), aBundle(1, { replaces: 1 })], 'genesis published STATEMENT_DUPLICATE'),
    asVector('the root of another bundle', '§4.3', [G, aBundle(1), aBundle(2, { root: testRoot(1) })], 'genesis published ROOT_TAKEN'),
    asVector('the root of an older version of another bundle', '§4.3', [G, aBundle(1), second(1, 1), aBundle(2, { root: testRoot(1) })], 'genesis published version ROOT_TAKEN'),
    asVector('a full bundle', '§4.3', [G, aBundle(1), ...observations, second(1, 1), aCopy(1), aWithdrawal(1)], `genesis published ${'original '.repeat(255)}BUNDLE_FULL BUNDLE_FULL BUNDLE_FULL withdrawn`),
    asVector('originals and observations', '§4.4', [G, aBundle(1), anOriginal(1), anOriginal(1, { state: 'removed', at: '2026-04-01T00:00:00Z' }), anOriginal(1, { key: aBundle(1).originals[0]?.key ?? '', state: 'account-terminated' })], 'genesis published original original original'),
    asVector('an original that is there', '§4.4', [G, aBundle(1), anOriginal(1, { key: aBundle(1).originals[0]?.key ?? '' }), anOriginal(1), anOriginal(1)], 'genesis published STATEMENT_DUPLICATE original STATEMENT_DUPLICATE'),
    asVector('added originals and copies survive a new version', '§4.3', [G, aBundle(1), anOriginal(1), aCopy(1), second(1, 1)], 'genesis published original copy version'),
    asVector('an added original that a version took over and the next left out', '§4.3', [G, aBundle(1), anOriginal(1), aBundle(1, { root: testRoot('b'), replaces: 1, originals: [{ key: 'facebook:video:1' }] }), anOriginal(1, { state: 'removed' }), aBundle(1, { root: testRoot('c'), replaces: 3 })], 'genesis published original version original version'),
    asVector('an observed original that the next version left out', '§4.3', [G, aBundle(1), anOriginal(1, { key: aBundle(1).originals[0]?.key ?? '', state: 'removed' }), aBundle(1, { root: testRoot('b'), replaces: 1, originals: [] })], 'genesis published original version'),
    asVector('an original of an unknown bundle', '§4.4', [G, anOriginal(1)], 'genesis BUNDLE_UNKNOWN'),
    asVector('an original of an unknown root', '§4.4', [G, aBundle(1), anOriginal(1, { root: testRoot('x') })], 'genesis published BUNDLE_UNKNOWN'),
    asVector('an original with the root of another bundle', '§4.4', [G, aBundle(1), aBundle(2), anOriginal(1, { root: testRoot(2) })], 'genesis published published BUNDLE_UNKNOWN'),
    asVector('copies', '§4.4', [G, aBundle(1), aCopy(1), aCopy(1, { equality: 'verified' }), aCopy(1, { equality: 'verified', at: '2026-04-01T00:00:00Z' })], 'genesis published copy copy STATEMENT_DUPLICATE'),
    asVector('a copy of an unknown bundle', '§4.4', [G, aCopy(1)], 'genesis BUNDLE_UNKNOWN'),
  ]
}

function withdrawalLogs(): object[] {
  return [
    asVector('a withdrawal', '§4.5', [G, aBundle(1), aCopy(1), aWithdrawal(1)], 'genesis published copy withdrawn'),
    asVector('a withdrawal of an unknown bundle', '§4.4', [G, aWithdrawal(1)], 'genesis BUNDLE_UNKNOWN'),
    asVector('a withdrawal of an unknown root', '§4.4', [G, aBundle(1), aWithdrawal(1, { root: testRoot('x') })], 'genesis published BUNDLE_UNKNOWN'),
    asVector('a withdrawal twice', '§4.5', [G, aBundle(1), aWithdrawal(1), aWithdrawal(1)], 'genesis published withdrawn STATEMENT_DUPLICATE'),
    asVector('a withdrawal, then approved', '§4.5', [G, aBundle(1), aWithdrawal(1), approvedWithdrawal(1), aWithdrawal(1)], 'genesis published withdrawn withdrawn STATEMENT_DUPLICATE'),
    asVector('a withdrawal with one approval of two', '§4.5', [G, aBundle(1), approvedBy([ALMA], aWithdrawal(1))], 'genesis published withdrawn'),
    asVector('a new version of a withdrawn bundle', '§4.3', [G, aBundle(1), aWithdrawal(1), second(1, 1)], 'genesis published withdrawn BUNDLE_WITHDRAWN'),
    asVector('a withdrawn version and the next', '§4.5', [G, aBundle(1), aWithdrawal(1, { root: testRoot(1) }), second(1, 1), aBundle(1, { replaces: 3 })], 'genesis published withdrawn version BUNDLE_WITHDRAWN'),
    asVector('an older version withdrawn', '§4.5', [G, aBundle(1), second(1, 1), aWithdrawal(1, { root: testRoot(1) })], 'genesis published version withdrawn'),
    asVector('a legal withdrawal', '§4.5', [G, aBundle(1), legal(1, 'KZ'), second(1, 1)], 'genesis published withdrawn version'),
    asVector('legal withdrawals without end', '§4.5', [G, aBundle(1), ...Array.from({ length: 65 }, (_, i) => legal(1, `AA-${i}`)), aWithdrawal(1)], `genesis published ${'withdrawn '.repeat(64)}BUNDLE_FULL withdrawn`),
    asVector('a restore', '§4.6', [G, aBundle(1), aWithdrawal(1), aRestore(1, [BEK, CHOL])], 'genesis published withdrawn restored'),
    asVector('a restore with one approval of two', '§4.6', [G, aBundle(1), aWithdrawal(1), aRestore(1, [BEK])], 'genesis published withdrawn APPROVALS_MISSING'),
    asVector('a restore by strangers', '§4.6', [G, aBundle(1), aWithdrawal(1), aRestore(1, [testSigner('x'), testSigner('y')])], 'genesis published withdrawn APPROVALS_MISSING'),
    asVector('a restore of what is published', '§4.6', [G, aBundle(1), aRestore(1, [ALMA, BEK])], 'genesis published NOT_WITHDRAWN'),
    asVector('a restore leaves a withdrawn version alone', '§4.6', [G, aBundle(1), second(1, 1), aWithdrawal(1, { root: testRoot(1) }), aWithdrawal(1), aRestore(1, [ALMA, BEK]), aRestore(1, [ALMA, BEK])], 'genesis published version withdrawn withdrawn restored NOT_WITHDRAWN'),
    asVector('a restore of a version', '§4.6', [G, aBundle(1), aWithdrawal(1, { root: testRoot(1) }), aRestore(1, [ALMA, BEK], { root: testRoot(1) })], 'genesis published withdrawn restored'),
  ]
}

function repudiationLogs(): object[] {
  return [
    asVector('a repudiation', '§4.9', [G, aBundle(1), aBundle(2), aRepudiation(2, 3), aBundle(3)], 'genesis published STATEMENT_REPUDIATED repudiated published', 1),
    asVector('a repudiated id is free again', '§4.9', [G, aBundle(1), aRepudiation(1, 2), aBundle(1, { root: testRoot('x') })], 'genesis STATEMENT_REPUDIATED repudiated published', 1),
    asVector('what was void becomes valid', '§4.9', [G, aBundle(1, { root: testRoot(2) }), aBundle(2), aRepudiation(1, 2)], 'genesis STATEMENT_REPUDIATED published repudiated', 1),
    asVector('statements about what was repudiated', '§4.9', [G, aBundle(1), anOriginal(1), aRepudiation(1, 2)], 'genesis STATEMENT_REPUDIATED BUNDLE_UNKNOWN repudiated', 1),
    asVector('a thief withdraws', '§4.9', [G, aBundle(1), aWithdrawal(1), aRepudiation(2, 3)], 'genesis published STATEMENT_REPUDIATED repudiated', 1),
    asVector('what people approved stands', '§4.9', [G, aBundle(1), aBundle(2), approvedWithdrawal(1), aRestore(1, [ALMA, BEK]), aPolicy(), aRepudiation(2, 6)], 'genesis published STATEMENT_REPUDIATED withdrawn restored policy repudiated', 1),
    asVector('a repudiation in the range of another one', '§4.9', [G, aBundle(1), aBundle(2), aRepudiation(1, 2), aRepudiation(2, 4)], 'genesis STATEMENT_REPUDIATED STATEMENT_REPUDIATED repudiated repudiated', 2),
    asVector('a repudiation twice', '§4.9', [G, aBundle(1), aRepudiation(1, 2), aRepudiation(1, 2)], 'genesis STATEMENT_REPUDIATED repudiated repudiated', 1),
    asVector('a repudiation with one approval of two', '§4.9', [G, aBundle(1), aRepudiation(1, 2, [ALMA])], 'genesis published APPROVALS_MISSING'),
    asVector('a repudiation of what is to come', '§4.9', [G, aBundle(1), aRepudiation(1, 3)], 'genesis published REPUDIATION_RANGE'),
    asVector('a thief halts all readers, people go on', '§4.10', [G, aBundle(1), critical, aBundle(2), aRepudiation(2, 3)], 'genesis published STATEMENT_REPUDIATED published repudiated', 1),
    asVector('an approved critical statement halts in spite of a repudiation', '§4.10', [G, approvedCritical, aBundle(2), aRepudiation(1, 2)], 'genesis UPDATE_NEEDED skipped repudiated', 1),
    asVector('an index in a repudiated range', '§4.9', [G, anIndex({ size: 1, bits: 0, root: digest('i') }), aRepudiation(1, 2)], 'genesis STATEMENT_REPUDIATED repudiated', 1),
    asVector('a genesis of a stranger in a repudiated range', '§4.9', [G, G, aRepudiation(1, 2)], 'genesis GENESIS_MISPLACED repudiated', 1),
  ]
}

function asVector(name: string, rule: string, content: Content, expected: string, refolds = 0): object {
  const entries = entriesOf(...content)
  const state = memoryState()
  let events: string[] = []
  let began = 0
  const onRefold = (): void => {
    events = []
    began += 1
  }
  const onEvent = (event: { type: string; code?: string }): void => void events.push(event.code ?? event.type)
  foldLog(state, { size: entries.length, entryBytes: (index) => entries[index] ?? new Uint8Array(0) }, CONTEXT, { onEvent, onRefold })
  if (events.join(' ') !== expected.trim() || began !== refolds) {
    throw new Error(`the vector "${name}" does not hold: ${events.join(' ')}, ${began} refolds`)
  }
  const leaves = entries.map((entry) => leafHash(sha256, entry))
  const log = { state, entryBytes: (i: number) => entries[i] ?? new Uint8Array(0), leafHashAt: (i: number) => leaves[i] ?? new Uint8Array(0) }
  const building = buildIndex(log, entries.length, sha256)
  let step = building.next()
  while (step.done !== true) step = building.next()
  const { bits, root } = step.value
  const views: Record<string, BundleView | null> = {}
  for (const n of [1, 2]) views[testId(n)] = bundleView(state, testId(n)) ?? null
  return {
    ...{ name, rule, origin: ORIGIN, logKeys: CONTEXT.logKeys },
    entries: entries.map((entry) => new TextDecoder().decode(entry)),
    ...{ events, refolds, treeRoot: Buffer.from(treeRoot(sha256, leaves)).toString('hex'), index: { bits, root }, views },
  }
}

