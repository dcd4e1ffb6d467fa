import { parse, stringify, TomlError } from 'smol-toml'
import * as v from 'valibot'
import { writeDurable } from '../store/durable-file.ts'
import { readSmallFile } from '../store/small-file.ts'
import { MirrorError } from './errors.ts'
import { parseRule } from './include-rule.ts'

/** What an operator wants of one log; `follow.toml` in its directory. */
export interface FollowSettings {
  /** URLs, directories and `ipns://NAME`, as they were typed; the only ones that are asked. */
  readonly from: readonly string[]
  /** Delegated routers that are asked where a name leads. @default [] */
  readonly routers: readonly string[]
  /** Gateways that are asked for the announced root and for content, beside the sources. @default [] */
  readonly gateways: readonly string[]
  /** Multiaddrs of peers that are asked over Bitswap for what no other source gave. @default [] */
  readonly peers: readonly string[]
  /** Most bytes of content; 0 for no bound. @default 0 */
  readonly budget: number
  /** Rules of include-rule.ts; everything when there are none. @default [] */
  readonly include: readonly string[]
  /** Which bundles are fetched first. @default 'newest' */
  readonly order: 'newest' | 'smallest'
  /** Bytes a second; 0 for no bound. @default 0 */
  readonly limit: number
  /** Where this mirror stands: legal withdrawals of these are obeyed. @default [] */
  readonly jurisdictions: readonly string[]
}

const MAX_BYTES = 65_536
const text = v.string('must be a text in quotes')
const size = v.pipe(v.number('must be bytes'), v.integer('must be bytes'), v.minValue(0, 'must be bytes'))
const httpUrl = v.pipe(
  text,
  v.check((value) => isPlainUrl(value), 'must be an http or https address without user and password'),
)
/** Only its form, and that it ends in who the peer is: whoever dials it reads it whole. */
const peer = v.pipe(
  text,
  v.regex(/^\/[\x21-\x7e]+\/p2p\/[1-9A-HJ-NP-Za-km-z]+$/u, 'must be a multiaddr that ends in /p2p/ID'),
)
const rule = v.pipe(text, v.check(isRule, 'must be a rule such as key=youtube:'))
const schema = v.strictObject({
  from: v.pipe(
    v.array(v.pipe(text, v.nonEmpty('must not be empty')), 'must be a list'),
    v.minLength(1, 'must name a source'),
  ),
  routers: v.optional(v.array(httpUrl, 'must be a list'), []),
  gateways: v.optional(v.array(httpUrl, 'must be a list'), []),
  peers: v.optional(v.pipe(v.array(peer, 'must be a list'), v.maxLength(16, 'must name at most 16')), []),
  budget: v.optional(size, 0),
  include: v.optional(v.array(rule, 'must be a list'), []),
  order: v.optional(v.picklist(['newest', 'smallest'], 'must be "newest" or "smallest"'), 'newest'),
  limit: v.optional(size, 0),
  jurisdictions: v.optional(
    v.array(v.pipe(text, v.regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/u, 'must be codes such as "DE"')), 'must be a list'),
    [],
  ),
})

const HEAD = `# What this mirror wants of one log; \`holdfast mirror add NAME\` again changes it, or you do here. Sizes are bytes, 0 is no bound.
`

/** @throws {MirrorError} `MIRROR_SETTINGS_INVALID`. */
export async function readFollowSettings(path: string): Promise<FollowSettings | undefined> {
  const bytes = await readSmallFile(path, MAX_BYTES)
  if (bytes === undefined) return undefined
  return checkFollowSettings(tableOf(bytes, path), path)
}

/** Durable when it resolves. */
export async function writeFollowSettings(path: string, settings: FollowSettings): Promise<void> {
  await writeDurable(path, new TextEncoder().encode(`${HEAD}${stringify({ ...settings })}`), { mode: 0o600 })
}

/** @param where - what to name when something is wrong. @throws {MirrorError} `MIRROR_SETTINGS_INVALID`. */
export function checkFollowSettings(given: unknown, where: string): FollowSettings {
  const parsed = v.safeParse(schema, given)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  throw invalid(`${v.getDotPath(issue) ?? 'the whole file'} in ${where} ${issue.message}`)
}

function tableOf(bytes: Uint8Array, path: string): unknown {
  try {
    return parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    const place = error instanceof TomlError ? `line ${error.line}, column ${error.column}` : 'it is not UTF-8 text'
    throw invalid(`${path} cannot be read as TOML: ${place}`, error)
  }
}

function isPlainUrl(value: string): boolean {
  const url = /^https?:\/\//u.test(value) ? URL.parse(value) : null
  return url !== null && [url.username, url.password, url.search, url.hash].every((part) => part === '')
}

function isRule(value: string): boolean {
  try {
    parseRule(value)
    return true
  } catch (error) {
    if (error instanceof MirrorError) return false
    throw error
  }
}

function invalid(message: string, cause?: unknown): MirrorError {
  return new MirrorError('MIRROR_SETTINGS_INVALID', message, {
    hint: 'mend that line, or run `holdfast mirror add` again with all options',
    cause,
  })
}
