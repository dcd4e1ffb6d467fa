import { createPrivateKey, createPublicKey, hash, sign } from 'node:crypto'
import { approve } from '../../src/manifest/approval.ts'
import type { FoldContext } from '../../src/manifest/governance.ts'
import type { Sha256 } from '../../src/manifest/primitives.ts'
import type { Signer } from '../../src/manifest/signer.ts'
import { encodeStatement } from '../../src/manifest/statement.ts'
import type {
  BundleStatement,
  CopyStatement,
  GenesisStatement,
  IndexStatement,
  OriginalStatement,
  PolicyStatement,
  RepudiationStatement,
  RestoreStatement,
  Statement,
  SuccessorStatement,
  WithdrawalStatement,
} from '../../src/manifest/statement-types.ts'
import { ED25519, formatVkey, parseVkey } from '../../src/manifest/vkey.ts'
import { newBundleId } from '../../src/model/bundle-id.ts'
import { cidText, dagPbCid, rawCid } from '../../src/model/content-id.ts'
import { nodePrimitives } from '../../src/store/node-primitives.ts'

/** Statements and keys for tests: everything follows from small numbers and words, so that vectors stay the same. */
export const ORIGIN = 'archive.example/testimony'
export const sha256: Sha256 = nodePrimitives.sha256

/** An Ed25519 key that follows from a word. Known to everybody; for tests only. */
export function testSigner(word: string, name: string = word): Signer {
  const seed = hash('sha256', `holdfast test key ${word}`, 'buffer')
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const publicKey = new Uint8Array(spki.subarray(-32))
  return {
    key: parseVkey(formatVkey({ name, type: ED25519, publicKey }, sha256), sha256),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  }
}

export const LOG: Signer = testSigner('log', ORIGIN)
export const ALMA: Signer = testSigner('a-1')
export const BEK: Signer = testSigner('a-2')
export const CHOL: Signer = testSigner('a-3')

export const CONTEXT: FoldContext = { origin: ORIGIN, logKeys: [LOG.key.text], primitives: nodePrimitives }

/** 64 hex digits that follow from a word. */
export function digest(word: string): string {
  return hash('sha256', word)
}

export function testId(number: number): string {
  let round = 0
  return newBundleId(
    (length) => new Uint8Array(hash('sha512', `id ${number} ${round++}`, 'buffer').subarray(0, length)),
  )
}

export function testRoot(word: string | number): string {
  return cidText(dagPbCid(hash('sha256', `root ${word}`, 'buffer')))
}

export function testFile(word: string | number): string {
  return cidText(rawCid(hash('sha256', `file ${word}`, 'buffer')))
}

const AT = '2026-03-01T12:00:00Z'

type Given<T> = Partial<Omit<T, 'type' | 'critical'>>

export function aGenesis(given: Given<GenesisStatement> = {}): GenesisStatement {
  return {
    type: 'genesis/1',
    at: AT,
    origin: ORIGIN,
    logKeys: [LOG.key.text],
    approvers: { threshold: 2, keys: [ALMA, BEK, CHOL].map(({ key }) => key.text) },
    policy: [`log ${LOG.key.text}`, 'quorum none'],
    ipnsKeys: [],
    profile: 'unixfs-v1-2025',
    idScheme: 'holdfast-id/1',
    specSha256: digest('spec'),
    nonce: digest('nonce'),
    ...given,
  }
}

/** Bundle number `n`: one video, one YouTube URL. */
export function aBundle(n: number, given: Given<BundleStatement> = {}): BundleStatement {
  const video = String(n).padStart(11, '0')
  return {
    type: 'bundle/1',
    at: AT,
    id: testId(n),
    root: testRoot(n),
    profile: 'unixfs-v1-2025',
    bytes: 1_000 + n,
    files: [
      {
        ...{ path: 'video.mp4', cid: testFile(n), bytes: 900 + n, sha256: digest(`video ${n}`) },
        ...{ mediaType: 'video/mp4', role: 'video' },
      },
    ],
    filesSha256: digest(`files ${n}`),
    fileCount: 2,
    originals: [
      { key: `youtube:video:${video}`, url: `https://www.youtube.com/watch?v=${video}`, publishedAt: '2019-05-01' },
    ],
    ...given,
  }
}

export function anOriginal(n: number, given: Given<OriginalStatement> = {}): OriginalStatement {
  return { type: 'original/1', at: AT, id: testId(n), root: testRoot(n), key: `facebook:video:${n}`, ...given }
}

export function aCopy(n: number, given: Given<CopyStatement> = {}): CopyStatement {
  const claim = digest(`claim ${n}`).slice(0, 40)
  return {
    ...{ type: 'copy/1', at: AT, id: testId(n), root: testRoot(n), file: 'video.mp4', target: 'lbry' },
    ...{ key: `lbry:claim:${claim}`, ids: { claimId: claim, nout: '0' }, equality: 'asserted' },
    ...given,
  }
}

export function aWithdrawal(n: number, given: Given<WithdrawalStatement> = {}): WithdrawalStatement {
  return { type: 'withdrawal/1', at: AT, id: testId(n), reason: 'publisher', ...given }
}

export function aRestore(n: number, signers: readonly Signer[], given: Given<RestoreStatement> = {}): RestoreStatement {
  return approvedBy(signers, { type: 'restore/1', at: AT, id: testId(n), ...given })
}

export function aRepudiation(from: number, to: number, signers: readonly Signer[] = [ALMA, BEK]): RepudiationStatement {
  return approvedBy(signers, { type: 'repudiation/1', at: AT, critical: true, from, to })
}

export function aSuccessor(signers: readonly Signer[] = [ALMA, BEK]): SuccessorStatement {
  const next = { origin: 'next.example/testimony', genesisSha256: digest('next genesis') }
  return approvedBy(signers, { type: 'successor/1', at: AT, critical: true, ...next })
}

/** The first policy after `genesis`, unless told otherwise. */
export function aPolicy(given: Given<PolicyStatement> = {}, signers: readonly Signer[] = [ALMA, BEK]): PolicyStatement {
  return approvedBy(signers, {
    type: 'policy/1',
    at: AT,
    critical: true,
    seq: 1,
    prev: digestOf(aGenesis()),
    policy: [`log ${LOG.key.text}`, 'quorum none'],
    approvers: { threshold: 2, keys: [ALMA, BEK].map(({ key }) => key.text) },
    logKeys: [LOG.key.text],
    after: { size: 1, root: digest('head') },
    ...given,
  })
}

export function anIndex(given: Omit<IndexStatement, 'type' | 'at'>): IndexStatement {
  return { type: 'index/1', at: AT, ...given }
}

/** SHA-256 of a statement's bytes, hex. */
export function digestOf(statement: Statement): string {
  return Buffer.from(sha256(encodeStatement(statement))).toString('hex')
}

/** A statement with approvals; without signers, with those of a stranger, since a list of approvals is never empty. */
export function approvedBy<T extends object>(
  signers: readonly Signer[],
  statement: T,
): T & { readonly approvals: PolicyStatement['approvals'] } {
  const people = signers.length === 0 ? [testSigner('stranger')] : signers
  return { ...statement, approvals: people.map((signer) => approve(statement, ORIGIN, signer, sha256)) }
}

/** Bytes of anything as canonical JSON, schema or not: for types that nobody knows, and for what is wrong. */
export function rawEntry(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(sorted(value)))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  )
}

/** Entries of a log from statements and raw bytes. */
export function entriesOf(...statements: readonly (Statement | Uint8Array)[]): Uint8Array[] {
  return statements.map((statement) => (statement instanceof Uint8Array ? statement : encodeStatement(statement)))
}
