import * as v from 'valibot'
import { type Independence, independenceFields } from './independence-fields.ts'

/** What every engine has that is reached over HTTP. */
interface Reached extends Independence {
  /** Address of its API. */
  readonly url: string
  /** Whether `url` may be plain http on another computer. @default false */
  readonly allowRemote: boolean
  /** Whether a token is among the keys of the home. @default false */
  readonly token: boolean
}

export interface KuboSettings extends Reached {
  readonly kind: 'kubo'
}

export interface ClusterSettings extends Reached {
  readonly kind: 'cluster'
  /** Peers that are to hold each bundle; 0 for what the cluster's own configuration says. @default 0 */
  readonly replication: number
  /** Send to all of these at once, instead of to the peer at `url`. @default false */
  readonly spread: boolean
  /** Where blocks are read back: `PEER=URL`, or a URL for all peers. @default [] */
  readonly gateways: readonly string[]
}

export interface PinningServiceSettings extends Reached {
  readonly kind: 'psa'
  /** Multiaddresses of this archive's `serve --p2p`. @default [] */
  readonly origins: readonly string[]
  /** Where blocks are read back. @default '' */
  readonly gateway: string
}

export interface CarSettings extends Independence {
  readonly kind: 'car'
  /** Absolute. */
  readonly directory: string
}

/** Somebody else's mirror or gateway, which is only read. */
export interface MirrorSettings extends Independence {
  readonly kind: 'mirror'
  /** What `/ipfs/CID` is below. */
  readonly url: string
  /** Verifier key with which it signs what it has; empty for none. @default '' */
  readonly holder: string
}

export type ReachedSettings = KuboSettings | ClusterSettings | PinningServiceSettings
export type EngineSettings = ReachedSettings | CarSettings | MirrorSettings

const line = v.pipe(v.string('must be a text in quotes'), v.regex(/^\P{Cc}*$/u, 'must be one line'))
const HOLDER = /^([^\s+]+\/holder\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+)?$/u
const filled = v.pipe(line, v.minLength(1, 'must not be empty'))
const truth = v.optional(v.boolean('must be true or false'), false)
const reached = { url: filled, allowRemote: truth, token: truth, ...independenceFields }
/** Source of the limits: pinning-services-api-spec 1.0.0, Origins. */
const origin = v.pipe(line, v.regex(/^\/\S+\/p2p\/\w+$/, 'must be a multiaddress that ends in /p2p/PEER-ID'))
const wholeNumber = v.pipe(
  v.number('must be a number'),
  v.integer('must be a whole number'),
  v.minValue(0, 'must not be negative'),
)

/** One section of `engines.toml`. */
export const engineSettingsSchema: v.GenericSchema<unknown, EngineSettings> = v.variant(
  'kind',
  [
    v.strictObject({ kind: v.literal('kubo'), ...reached }),
    v.strictObject({
      ...{ kind: v.literal('cluster'), ...reached, spread: truth },
      replication: v.optional(v.pipe(wholeNumber, v.maxValue(1_000, 'must not be above 1000')), 0),
      gateways: v.optional(v.array(filled, 'must be a list'), []),
    }),
    v.strictObject({
      ...{ kind: v.literal('psa'), ...reached, gateway: v.optional(line, '') },
      origins: v.optional(v.pipe(v.array(origin, 'must be a list'), v.maxLength(20, 'must be 20 at most')), []),
    }),
    v.strictObject({ kind: v.literal('car'), directory: filled, ...independenceFields }),
    v.strictObject({
      ...{ kind: v.literal('mirror'), url: filled, ...independenceFields },
      holder: v.optional(v.pipe(line, v.regex(HOLDER, 'must be the verifier key of a holder, NAME/holder+…')), ''),
    }),
  ],
  'must be "kubo", "cluster", "psa", "car" or "mirror"',
)

/** Reads `PEER=URL`, or a URL alone. */
export function gatewayIn(given: string): { readonly peer: string; readonly url: string } {
  const at = /^[a-z]+:\/\//.test(given) ? -1 : given.indexOf('=')
  return { peer: given.slice(0, Math.max(0, at)), url: given.slice(at + 1) }
}
