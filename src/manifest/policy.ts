import { parseDecimal } from './decimal.ts'
import { ManifestError } from './errors.ts'
import type { Sha256 } from './primitives.ts'
import { NO_QUORUM, type PolicyGroup, type QuorumRule } from './quorum.ts'
import { ED25519, ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE, parseVkey, type VerifierKey } from './vkey.ts'

/** Bounds of what an operator may be handed; C2SP asks for 32 of each kind or more. */
const MAX_POLICY_CHARACTERS = 1_048_576
const MAX_OF_EACH = 256

/** Types that sign a checkpoint as its log, and as a witness. */
const LOG_TYPES = [ED25519, ML_DSA_44_COSIGNATURE]
const WITNESS_TYPES = [ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE]

/** A log's key; its name is the log's origin. */
export interface PolicyLog {
  readonly key: VerifierKey
  /** As written; shown, never dialled unless the operator typed it as a source. */
  readonly url?: string
}

/** A witness under the name that the policy gives it, which need not be the name of its key. */
export interface PolicyWitness {
  readonly name: string
  readonly key: VerifierKey
  readonly url?: string
}

/** Which signatures make a checkpoint acceptable: any one of the logs, and the quorum. */
export interface Policy extends QuorumRule {
  readonly logs: readonly PolicyLog[]
  readonly witnesses: readonly PolicyWitness[]
}

/**
 * Reads a policy file. Stricter than C2SP in two ways: one public key in two roles is refused, and so are two keys that a
 * signature line could not tell apart.
 *
 * @throws {ManifestError} `POLICY_MALFORMED`, naming the line.
 * @see C2SP tlog-policy
 */
export function parsePolicy(text: string, sha256: Sha256): Policy {
  if (text.length > MAX_POLICY_CHARACTERS)
    throw malformed(undefined, `is longer than ${MAX_POLICY_CHARACTERS} characters`)
  const draft: Draft = {
    sha256,
    logs: [],
    witnesses: [],
    groups: [],
    defined: new Set(),
    members: new Set(),
    keys: new Set(),
    quorum: undefined,
  }
  for (const [i, line] of text.split('\n').entries()) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
    if (/[\x00-\x08\x0A-\x1F\x7F]/.test(line))
      throw malformed(i + 1, 'holds a control character; line ends are "\\n" alone')
    const words = line.split(/[ \t]+/).filter((word) => word !== '')
    const [keyword, ...fields] = words
    if (keyword === undefined || keyword.startsWith('#')) continue
    const mistake =
      DEFINE.get(keyword)?.(draft, fields) ??
      (DEFINE.has(keyword) ? undefined : 'begins with a word that no policy knows')
    if (mistake !== undefined) throw malformed(i + 1, mistake)
  }
  const { logs, witnesses, groups, quorum } = draft
  if (quorum === undefined) throw malformed(undefined, 'has no quorum line')
  return { logs, witnesses, groups, quorum }
}

/**
 * Makes a policy of one log key: that log's signature, and no witness.
 *
 * @throws {ManifestError} `VKEY_MALFORMED`, or `POLICY_MALFORMED` when it is not a log's key.
 */
export function policyOfVkey(vkey: string, sha256: Sha256): Policy {
  const { text } = parseVkey(vkey, sha256)
  return parsePolicy(`log ${text}\nquorum ${NO_QUORUM}\n`, sha256)
}

/** Writes a policy file; `parsePolicy` gives the same policy back. */
export function formatPolicy(policy: Policy): string {
  const lines = [
    ...policy.logs.map(({ key, url }) => ['log', key.text, url]),
    ...policy.witnesses.map(({ name, key, url }) => ['witness', name, key.text, url]),
    ...policy.groups.map(({ name, threshold, members }) => ['group', name, String(threshold), ...members]),
    ['quorum', policy.quorum],
  ]
  return lines.map((words) => `${words.filter((word) => word !== undefined).join(' ')}\n`).join('')
}

interface Draft {
  readonly sha256: Sha256
  readonly logs: PolicyLog[]
  readonly witnesses: PolicyWitness[]
  readonly groups: PolicyGroup[]
  /** Names of witnesses and groups so far, one namespace. */
  readonly defined: Set<string>
  /** Names that are already a member of a group. */
  readonly members: Set<string>
  /** What may stand only once: public keys, and the pairs of name and key ID. */
  readonly keys: Set<string>
  quorum: string | undefined
}

/** Each takes one line into the draft, or says what is wrong with it. */
const DEFINE: ReadonlyMap<string, (draft: Draft, fields: readonly string[]) => string | undefined> = new Map([
  ['log', defineLog],
  ['witness', defineWitness],
  ['group', defineGroup],
  ['quorum', defineQuorum],
])

function defineLog(draft: Draft, [vkey, url, ...rest]: readonly string[]): string | undefined {
  if (vkey === undefined || rest.length > 0) return 'is not "log VKEY [URL]"'
  const key = takeKey(draft, vkey, LOG_TYPES)
  if (typeof key === 'string') return key
  draft.logs.push({ key, ...(url === undefined ? {} : { url }) })
  return draft.logs.length > MAX_OF_EACH ? `is more than ${MAX_OF_EACH} logs` : undefined
}

function defineWitness(draft: Draft, [name, vkey, url, ...rest]: readonly string[]): string | undefined {
  if (name === undefined || vkey === undefined || rest.length > 0) return 'is not "witness NAME VKEY [URL]"'
  const key = takeKey(draft, vkey, WITNESS_TYPES)
  if (typeof key === 'string') return key
  draft.witnesses.push({ name, key, ...(url === undefined ? {} : { url }) })
  return (
    defineName(draft, name) ??
    (draft.witnesses.length > MAX_OF_EACH ? `is more than ${MAX_OF_EACH} witnesses` : undefined)
  )
}

function defineGroup(draft: Draft, [name, count, ...members]: readonly string[]): string | undefined {
  if (name === undefined || count === undefined || members.length === 0) return 'is not "group NAME K|any|all MEMBER…"'
  const threshold = count === 'any' ? 1 : count === 'all' ? members.length : parseDecimal(count)
  if (threshold === undefined || threshold < 1 || threshold > members.length)
    return `asks for ${count} of ${members.length} members`
  for (const member of members) {
    if (!draft.defined.has(member)) return `names the member ${member}, which is not defined above`
    if (draft.members.has(member)) return `names the member ${member} a second time; it would count twice`
    draft.members.add(member)
  }
  draft.groups.push({ name, threshold, members })
  return (
    defineName(draft, name) ?? (draft.groups.length > MAX_OF_EACH ? `is more than ${MAX_OF_EACH} groups` : undefined)
  )
}

function defineQuorum(draft: Draft, [name, ...rest]: readonly string[]): string | undefined {
  if (name === undefined || rest.length > 0) return 'is not "quorum NAME"'
  if (draft.quorum !== undefined) return 'is a second quorum line'
  if (name !== NO_QUORUM && !draft.defined.has(name)) return `names the quorum ${name}, which is not defined above`
  draft.quorum = name
  return undefined
}

function defineName(draft: Draft, name: string): string | undefined {
  if (name === NO_QUORUM) return `defines "${NO_QUORUM}", which is predefined`
  if (draft.defined.has(name)) return `defines the name ${name} a second time`
  draft.defined.add(name)
  return undefined
}

/** Reads a key that may stand here, or says why it may not. */
function takeKey(draft: Draft, vkey: string, types: readonly number[]): VerifierKey | string {
  let key: VerifierKey
  try {
    key = parseVkey(vkey, draft.sha256)
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
    return `has no key: ${error.message}`
  }
  if (!types.includes(key.type)) return `has a key of type ${key.type}, which cannot sign in this role`
  for (const once of [`key ${key.publicKey.join()}`, `line ${key.name} ${key.keyId}`]) {
    if (draft.keys.has(once)) return 'has a key that stands above already, or that a signature could not be told from'
    draft.keys.add(once)
  }
  return key
}

function malformed(line: number | undefined, what: string): ManifestError {
  const where = line === undefined ? 'the policy' : `line ${line} of the policy`
  return new ManifestError('POLICY_MALFORMED', `${where} ${what}`, {
    hint: 'correct the policy file; nothing is trusted until all of it can be read',
  })
}
