import { verifyApprovals } from './approval.ts'
import { ManifestError, type ManifestErrorCode } from './errors.ts'
import type { JsonObject } from './jcs.ts'
import type { Primitives, Sha256 } from './primitives.ts'
import { parseStatement } from './statement.ts'
import { hexOf, publicKeyOf, vkeyName } from './statement-fields.ts'
import type { Approvers, GenesisStatement, PolicyStatement } from './statement-types.ts'
import { parseVkey } from './vkey.ts'

/** A key that may sign checkpoints of a log. */
export interface LogKey {
  readonly vkey: string
  /** The head up to which the key counts, once a policy left it out; `root` is hex. @see manifest-v1 §6.3 */
  readonly shutOutAfter?: { readonly size: number; readonly root: string }
}

/** Who may do what, as of the newest policy of a log. Plain JSON: keep it beside the head. @see manifest-v1 §4.7, §6 */
export interface PolicyChain {
  readonly origin: string
  /** 0 for the genesis. */
  readonly seq: number
  /** SHA-256 of the bytes of the newest policy statement, or of the genesis; hex. */
  readonly newest: string
  readonly approvers: Approvers
  /** Lines of the tlog-policy file that the publisher proposes. */
  readonly policy: readonly string[]
  /** Every key that ever could sign, oldest first. */
  readonly logKeys: readonly LogKey[]
  /** `after` of every policy: a larger checkpoint must contain each of these heads. */
  readonly heads: readonly { readonly size: number; readonly root: string }[]
}

/** Why a policy or a genesis was not accepted. */
export interface Fault {
  readonly code: ManifestErrorCode
  readonly message: string
}

/** What a walk over `policies/<seq>` came to. */
export interface PolicyWalk {
  readonly chain: PolicyChain
  /** Why the walk ended before the last file; the chain holds what was accepted until then. */
  readonly fault?: Fault
}

/**
 * Walks the policies that came after what is known, before any signature is checked, so that a lost log key can be
 * replaced and a stolen one be shut out. Does not tell whether the genesis is the right one: take it from an earlier
 * visit, or as entry 0 under a checkpoint that a key of the reader's own policy signed.
 *
 * @param policies - bytes of `policies/<seq>`, from the one after `known` on.
 * @see manifest-v1 §6
 */
export function walkPolicies(known: PolicyChain, policies: Iterable<Uint8Array>, primitives: Primitives): PolicyWalk {
  let chain = known
  for (const bytes of policies) {
    const parsed = parseStatement(bytes)
    if (parsed.kind !== 'known' || parsed.statement.type !== 'policy/1') {
      return {
        chain,
        fault: { code: 'POLICY_CHAIN_BROKEN', message: `policies/${chain.seq + 1} is no policy/1 statement` },
      }
    }
    const fault = policyFault(chain, parsed.statement, parsed.value, primitives)
    if (fault !== undefined) return { chain, fault }
    chain = extendChain(chain, parsed.statement, hexOf(primitives.sha256(bytes)))
  }
  return { chain }
}

/**
 * Begins the chain with a genesis that the reader trusts.
 *
 * @param bytes - the whole statement.
 * @param knownKeys - verifier keys of the log in the reader's own policy; one of them must stand in the genesis.
 * @throws {ManifestError} `GENESIS_MISSING`, `GENESIS_MISMATCH`.
 */
export function chainOfGenesis(bytes: Uint8Array, knownKeys: readonly string[], sha256: Sha256): PolicyChain {
  const parsed = parseStatement(bytes)
  if (parsed.kind !== 'known' || parsed.statement.type !== 'genesis/1') {
    throw new ManifestError('GENESIS_MISSING', 'entry 0 of the log is no genesis/1 statement')
  }
  const genesis = parsed.statement
  const fault = genesisFault(genesis, { origin: genesis.origin, logKeys: knownKeys, sha256 })
  if (fault !== undefined) throw new ManifestError(fault.code, fault.message)
  return beginChain(genesis, hexOf(sha256(bytes)))
}

/** @see manifest-v1 §4.2 */
export function genesisFault(
  genesis: GenesisStatement,
  expected: { readonly origin: string; readonly logKeys: readonly string[]; readonly sha256: Sha256 },
): Fault | undefined {
  const mismatch = (message: string): Fault => ({ code: 'GENESIS_MISMATCH', message })
  if (genesis.origin !== expected.origin) return mismatch('the genesis is that of another origin')
  if (![...genesis.logKeys, ...genesis.approvers.keys].every((key) => isRightVkey(key, expected.sha256))) {
    return mismatch('the genesis holds a verifier key with a wrong key ID')
  }
  const known = new Set(expected.logKeys.map(publicKeyOf))
  if (!genesis.logKeys.some((key) => known.has(publicKeyOf(key)))) {
    return mismatch('the genesis names none of the log keys that this reader accepts')
  }
  return undefined
}

/** @param digest - SHA-256 of the genesis statement in hex. */
export function beginChain(genesis: GenesisStatement, digest: string): PolicyChain {
  const { origin, approvers, policy } = genesis
  return {
    origin,
    seq: 0,
    newest: digest,
    approvers,
    policy,
    logKeys: genesis.logKeys.map((vkey) => ({ vkey })),
    heads: [],
  }
}

/** Says what keeps a policy from being the next one of a chain. @see manifest-v1 §4.7 */
export function policyFault(
  chain: PolicyChain,
  policy: PolicyStatement,
  value: JsonObject,
  primitives: Primitives,
): Fault | undefined {
  if (policy.seq !== chain.seq + 1 || policy.prev !== chain.newest) {
    return { code: 'POLICY_CHAIN_BROKEN', message: `policy ${policy.seq} does not follow policy ${chain.seq}` }
  }
  if (policy.after.size < (chain.heads.at(-1)?.size ?? 0)) {
    return { code: 'POLICY_CHAIN_BROKEN', message: 'the policy reaches back behind the one before it' }
  }
  if (!keysAreSuitable(chain, policy, primitives.sha256)) {
    return {
      code: 'KEY_UNSUITABLE',
      message: 'a key of the policy has a wrong ID or name, was shut out before, or changes its role',
    }
  }
  for (const approvers of [chain.approvers, policy.approvers]) {
    if (!verifyApprovals(value, approvers, chain.origin, primitives)) {
      return {
        code: 'APPROVALS_MISSING',
        message: 'the policy lacks approvals of the approvers before it or of its own',
      }
    }
  }
  return undefined
}

/** The chain with one more policy, which {@link policyFault} found nothing wrong with. @param digest - SHA-256 of its bytes, hex. */
export function extendChain(chain: PolicyChain, policy: PolicyStatement, digest: string): PolicyChain {
  const kept = new Set(policy.logKeys.map(publicKeyOf))
  const old = chain.logKeys.map((key) =>
    key.shutOutAfter === undefined && !kept.has(publicKeyOf(key.vkey))
      ? { vkey: key.vkey, shutOutAfter: policy.after }
      : key,
  )
  const known = new Set(old.map(({ vkey }) => publicKeyOf(vkey)))
  const added = policy.logKeys.filter((vkey) => !known.has(publicKeyOf(vkey))).map((vkey) => ({ vkey }))
  return {
    origin: chain.origin,
    seq: policy.seq,
    newest: digest,
    approvers: policy.approvers,
    policy: policy.policy,
    logKeys: [...old, ...added],
    heads: [...chain.heads, policy.after],
  }
}

/** Tells whether a key may sign a checkpoint of that size. @param vkey - text of a verifier key. @see manifest-v1 §6.3 */
export function maySign(chain: PolicyChain, vkey: string, size: number): boolean {
  return chain.logKeys.some(
    (key) => key.vkey === vkey && (key.shutOutAfter === undefined || size <= key.shutOutAfter.size),
  )
}

function keysAreSuitable(chain: PolicyChain, policy: PolicyStatement, sha256: Sha256): boolean {
  const shutOut = new Set(
    chain.logKeys.filter((key) => key.shutOutAfter !== undefined).map(({ vkey }) => publicKeyOf(vkey)),
  )
  const everLog = new Set(chain.logKeys.map(({ vkey }) => publicKeyOf(vkey)))
  const approvers = new Set(chain.approvers.keys.map(publicKeyOf))
  return (
    [...policy.logKeys, ...policy.approvers.keys].every((vkey) => isRightVkey(vkey, sha256)) &&
    policy.logKeys.every((vkey) => vkeyName(vkey) === chain.origin) &&
    !policy.logKeys.map(publicKeyOf).some((key) => shutOut.has(key) || approvers.has(key)) &&
    !policy.approvers.keys.map(publicKeyOf).some((key) => everLog.has(key))
  )
}

function isRightVkey(vkey: string, sha256: Sha256): boolean {
  try {
    parseVkey(vkey, sha256)
    return true
  } catch (error) {
    if (error instanceof ManifestError) return false
    throw error
  }
}
