import * as v from 'valibot'
import {
  isApproverKey,
  isIpnsName,
  isLogKey,
  isOrigin,
  isPolicyLine,
  isStatementType,
  isToken,
  publicKeyOf,
  vkeyName,
  vkeyType,
} from './statement-fields.ts'
import { areDistinct, at, hexOf, index, sha256 } from './statement-parts.ts'
import type {
  Approval,
  GenesisStatement,
  PolicyStatement,
  RepudiationStatement,
  SuccessorStatement,
} from './statement-types.ts'
import { ED25519 } from './vkey.ts'

const origin = v.pipe(v.string(), v.check(isOrigin))
const critical = v.literal(true)
const policy = v.pipe(v.array(v.pipe(v.string(), v.check(isPolicyLine))), v.maxLength(128))
const logKeys = v.pipe(
  v.array(v.pipe(v.string(), v.check(isLogKey))),
  v.minLength(1),
  v.maxLength(8),
  v.check((keys) => keys.some((key) => vkeyType(key) === ED25519) && areDistinct(keys.map(publicKeyOf))),
)
const approvers = v.pipe(
  v.object({
    threshold: v.pipe(index, v.minValue(1)),
    keys: v.pipe(v.array(v.pipe(v.string(), v.check(isApproverKey))), v.minLength(1), v.maxLength(16)),
  }),
  v.check(({ threshold, keys }) => threshold <= keys.length && areDistinct(keys.map(publicKeyOf))),
)
const approvals = v.pipe(
  v.array(
    v.object({
      key: hexOf(32),
      signature: hexOf(64),
    }),
  ),
  v.minLength(1),
  v.maxLength(32),
  v.check((list) => areDistinct(list.map(({ key }) => key))),
)

const genesisSchema = v.pipe(
  v.object({
    type: v.literal('genesis/1'),
    at,
    origin,
    logKeys,
    approvers,
    policy,
    ipnsKeys: v.pipe(
      v.array(v.pipe(v.string(), v.check(isIpnsName))),
      v.maxLength(8),
      v.check((names) => areDistinct(names)),
    ),
    profile: v.pipe(v.string(), v.check(isToken)),
    idScheme: v.pipe(v.string(), v.check(isStatementType)),
    specSha256: sha256,
    nonce: sha256,
    predecessor: v.exactOptional(v.object({ origin, genesisSha256: sha256 })),
  }),
  v.check((statement) => keepsRolesApart(statement), 'a public key stands in two roles'),
  v.check((genesis) => isNamedAs(genesis.origin, genesis.logKeys), 'a log key is not named as the origin'),
)
const policySchema = v.pipe(
  v.object({
    type: v.literal('policy/1'),
    at,
    critical,
    seq: v.pipe(index, v.minValue(1)),
    prev: sha256,
    policy,
    approvers,
    logKeys,
    after: v.object({ size: index, root: sha256 }),
    approvals,
  }),
  v.check((statement) => keepsRolesApart(statement), 'a public key stands in two roles'),
)
const repudiationSchema = v.pipe(
  v.object({
    type: v.literal('repudiation/1'),
    at,
    critical,
    from: v.pipe(index, v.minValue(1)),
    to: index,
    approvals,
  }),
  v.check(({ from, to }) => from < to, 'the range is empty'),
)
const successorSchema = v.object({
  type: v.literal('successor/1'),
  at,
  critical,
  origin,
  genesisSha256: sha256,
  approvals,
})

/** @throws {v.ValiError} where a member is not as manifest-v1 §3.1 says. */
export function parseGenesis(value: unknown): GenesisStatement {
  return v.parse(genesisSchema, value, { abortEarly: true })
}

/** @throws {v.ValiError} where a member is not as manifest-v1 §3.7 says. */
export function parsePolicyStatement(value: unknown): PolicyStatement {
  return v.parse(policySchema, value, { abortEarly: true })
}

/** @throws {v.ValiError} where a member is not as manifest-v1 §3.8 says. */
export function parseRepudiation(value: unknown): RepudiationStatement {
  return v.parse(repudiationSchema, value, { abortEarly: true })
}

/** @throws {v.ValiError} where a member is not as manifest-v1 §3.9 says. */
export function parseSuccessor(value: unknown): SuccessorStatement {
  return v.parse(successorSchema, value, { abortEarly: true })
}

/** @throws {v.ValiError} where a member is not as manifest-v1 §3.11 says. */
export function parseApprovals(value: unknown): readonly Approval[] {
  return v.parse(approvals, value, { abortEarly: true })
}

function isNamedAs(name: string, vkeys: readonly string[]): boolean {
  return vkeys.every((vkey) => vkeyName(vkey) === name)
}

function keepsRolesApart(statement: { logKeys: readonly string[]; approvers: { keys: readonly string[] } }): boolean {
  return areDistinct([...statement.logKeys, ...statement.approvers.keys].map(publicKeyOf))
}
