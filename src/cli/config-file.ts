import { isIP } from 'node:net'
import { parse, TomlError } from 'smol-toml'
import * as v from 'valibot'
import type { Problem } from '../model/errors.ts'
import type { Rules } from '../replicate/rules.ts'
import { StoreError } from '../store/errors.ts'
import { systemCode } from '../store/file-errors.ts'
import { readSmallFile } from '../store/small-file.ts'
import { ConfigError } from './config-errors.ts'
import { type Independence, independenceFields } from './independence-fields.ts'

/** What `holdfast.toml` may say; everything has a default. */
export interface FileConfig {
  readonly serve: {
    /** `host:port`, IPv6 in brackets, port 0 for any free one. @default '127.0.0.1:8480' */
    readonly listen: string
    /** Host names under which others reach this server, lower case. @default [] */
    readonly hostNames: readonly string[]
    /** Whether `listen` may be an address that other computers reach. @default false */
    readonly allowRemote: boolean
    /** `host:port` of loopback for `/metrics`; empty for none. @default '' */
    readonly metrics: string
    /** File that the log of `serve` is appended to, `-` for standard error, empty for none. @default '' */
    readonly log: string
  }
  /** Of `serve --p2p`, and `aroundProxy` of peers of mirrors, too; addresses are multiaddrs and are checked when it starts. */
  readonly p2p: {
    /** @default ['/ip4/127.0.0.1/tcp/8481'] */
    readonly listen: readonly string[]
    /** Whether `listen` may hold addresses that other computers reach. @default false */
    readonly allowRemote: boolean
    /** What peers are told instead of `listen`. @default [] */
    readonly announce: readonly string[]
    /** The only ones that are dialled. @default [] */
    readonly peers: readonly string[]
    /** Whether libp2p may run although `[network] proxy` is set, which it cannot use. @default false */
    readonly aroundProxy: boolean
    /** @default 32 */
    readonly maxConnections: number
    /** Bytes of blocks on their way out, over all peers. @default 75497472 */
    readonly maxQueuedBytes: number
  }
  readonly manifest: {
    /** The publisher's own published copies, asked for a newer head before anything is signed. @default [] */
    readonly urls: readonly string[]
    /** Asked to cosign each head. `url` is what `add-checkpoint` is below. @default [] */
    readonly witnesses: readonly { readonly url: string; readonly vkey: string }[]
    /** Verifier keys whose cosignatures are taken when they are brought, beside the witnesses of policy.txt. @default [] */
    readonly cosigners: readonly string[]
  }
  readonly witness: {
    /** Verifier keys of the logs that `serve` cosigns as a witness. @default [] */
    readonly logs: readonly string[]
  }
  /** Who is told of the name record, by `holdfast announce` alone. */
  readonly announce: {
    /** Roots of delegated routers. @default [] */
    readonly routers: readonly string[]
    /** RPC of a Kubo; empty for none. @default '' */
    readonly kubo: string
  }
  readonly network: {
    /** http, https, socks5 or socks5h URL that every outbound request goes through; empty for none. @default '' */
    readonly proxy: string
  }
  readonly operator: {
    /** Who decides; recorded in the private catalogue alone. @default '' */
    readonly name: string
  }
  /** Who runs this home, and where: the files where they lie are a copy like any other. */
  readonly place: Independence
  /** @default nothing is asked for; a proof lasts 90 days */
  readonly rules: Rules
}

/** A file of settings is a few kB; more is a mistake. */
const MAX_CONFIG_BYTES = 65_536

const hostNamePattern = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/
const text = v.string('must be a text in quotes')
const url = (protocols: readonly string[], what: string) =>
  v.pipe(
    text,
    v.check((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), what),
  )

const serveFields = {
  listen: v.optional(
    v.pipe(text, v.check(isListenAddress, 'must be ADDRESS:PORT, such as 127.0.0.1:8480 or [::1]:8480')),
    '127.0.0.1:8480',
  ),
  hostNames: v.optional(
    v.array(v.pipe(text, v.regex(hostNamePattern, 'must be a host name in lower case')), 'must be a list'),
    [],
  ),
  allowRemote: v.optional(v.boolean('must be true or false'), false),
  metrics: v.optional(
    v.pipe(
      text,
      v.check(
        (value) => value === '' || isListenAddress(value),
        'must be ADDRESS:PORT, such as 127.0.0.1:9480, or empty',
      ),
    ),
    '',
  ),
  log: v.optional(v.pipe(text, v.regex(/^[^\0]*$/u, 'must be the path of a file, or empty')), ''),
}
const addresses = v.array(text, 'must be a list')
const count = (least: number, most: number) => {
  const what = `must be a whole number from ${least} to ${most}`
  return v.pipe(v.number(what), v.integer(what), v.minValue(least, what), v.maxValue(most, what))
}
const p2pFields = {
  listen: v.optional(v.pipe(addresses, v.minLength(1, 'must name an address')), ['/ip4/127.0.0.1/tcp/8481']),
  allowRemote: v.optional(v.boolean('must be true or false'), false),
  announce: v.optional(addresses, []),
  peers: v.optional(addresses, []),
  aroundProxy: v.optional(v.boolean('must be true or false'), false),
  maxConnections: v.optional(count(1, 1_024), 32),
  // The least is one message with the largest block.
  maxQueuedBytes: v.optional(count(2_359_296, 2 ** 31), 75_497_472),
}
const httpUrl = url(['http:', 'https:'], 'must be an http or https URL')
/** Its parts are checked where it is used, which is once a policy is read. */
const vkey = v.pipe(text, v.regex(/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/u, 'must be a verifier key, in one line'))
const vkeys = v.optional(v.array(vkey, 'must be a list'), [])
const manifestFields = {
  urls: v.optional(v.array(httpUrl, 'must be a list'), []),
  witnesses: v.optional(
    v.pipe(
      v.array(v.strictObject({ url: httpUrl, vkey }, 'must be { url = "…", vkey = "…" }'), 'must be a list'),
      v.maxLength(32, 'must name at most 32'),
    ),
    [],
  ),
  cosigners: vkeys,
}
const witnessFields = { logs: vkeys }
const plainUrl = v.pipe(
  httpUrl,
  v.check((value) => {
    const parsed = URL.parse(value)
    return (
      parsed !== null && [parsed.username, parsed.password, parsed.search, parsed.hash].every((part) => part === '')
    )
  }, 'must be a URL without user, query and fragment'),
)
const announceFields = {
  routers: v.optional(v.pipe(v.array(plainUrl, 'must be a list'), v.maxLength(16, 'must name at most 16')), []),
  kubo: v.optional(v.union([v.literal(''), plainUrl], 'must be an http or https URL, or empty'), ''),
}
const proxyUrl = url(['http:', 'https:', 'socks5:', 'socks5h:'], 'must be an http, https, socks5 or socks5h URL')
const networkFields = {
  proxy: v.optional(v.union([v.literal(''), proxyUrl], 'must be an http, https, socks5 or socks5h URL, or empty'), ''),
}
const operatorFields = {
  name: v.optional(
    v.pipe(text, v.maxLength(200, 'must have at most 200 characters'), v.regex(/^\P{Cc}*$/u, 'must be one line')),
    '',
  ),
}
const rulesFields = {
  operators: v.optional(count(0, 32), 0),
  countries: v.optional(count(0, 32), 0),
  maxCompanies: v.optional(count(0, 32), 32),
  provenDays: v.optional(count(0, 36_500), 90),
}
const SECTION = 'must be a [section]'
const configSchema = v.object({
  serve: v.optional(v.object(serveFields, SECTION), {}),
  p2p: v.optional(v.object(p2pFields, SECTION), {}),
  manifest: v.optional(v.object(manifestFields, SECTION), {}),
  witness: v.optional(v.object(witnessFields, SECTION), {}),
  announce: v.optional(v.object(announceFields, SECTION), {}),
  network: v.optional(v.object(networkFields, SECTION), {}),
  operator: v.optional(v.object(operatorFields, SECTION), {}),
  place: v.optional(v.object(independenceFields, SECTION), {}),
  rules: v.optional(v.object(rulesFields, SECTION), {}),
})
const KNOWN_KEYS: Readonly<Record<string, object>> = {
  serve: serveFields,
  p2p: p2pFields,
  manifest: manifestFields,
  witness: witnessFields,
  announce: announceFields,
  network: networkFields,
  operator: operatorFields,
  place: independenceFields,
  rules: rulesFields,
}

/**
 * Reads `holdfast.toml`; without one, all is default.
 *
 * @returns the settings, and a `CONFIG_UNKNOWN_KEY` warning for each key that means nothing here.
 * @throws {ConfigError} `CONFIG_INVALID`, naming the key or the line, never the value: it may hold a password.
 */
export async function readConfigFile(
  path: string,
): Promise<{ readonly file: FileConfig; readonly problems: readonly Problem[] }> {
  const bytes = await readSmallFile(path, MAX_CONFIG_BYTES).catch(undefinedInAFile)
  if (bytes !== undefined && bytes.length > MAX_CONFIG_BYTES)
    throw invalid(`${path} is larger than ${MAX_CONFIG_BYTES} bytes`)
  const table = bytes === undefined ? {} : parseToml(bytes, path)
  const parsed = v.safeParse(configSchema, table)
  if (parsed.success) return { file: parsed.output, problems: unknownKeys(table, path) }
  const [issue] = parsed.issues
  throw invalid(`${v.getDotPath(issue) ?? 'the whole file'} in ${path} ${issue.message}`)
}

/** A home that is a file has no settings; that it is no home is for the store to say, with a way out. */
function undefinedInAFile(error: unknown): undefined {
  if (error instanceof StoreError && systemCode(error.cause) === 'ENOTDIR') return undefined
  throw error
}

/** Checks one value as `holdfast.toml` would; `origin` names where it came from, such as `--listen`. */
export function checkListen(value: string, origin: string): string {
  if (isListenAddress(value)) return value
  throw invalid(`${origin} must be ADDRESS:PORT, such as 127.0.0.1:8480 or [::1]:8480`)
}

/** A directory that was named; empty would silently be the current one. */
export function checkDirectory(value: string, origin: string): string {
  if (value !== '' && !value.includes('\0')) return value
  throw invalid(`${origin} must name a directory`)
}

function isListenAddress(value: string): boolean {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(0|[1-9][0-9]{0,4})$/.exec(value)
  if (match === null) return false
  const [, ipv6, other = ''] = match
  const host = ipv6 === undefined ? isIP(other) === 4 || hostNamePattern.test(other) : isIP(ipv6) === 6
  return host && Number(match[3]) <= 65_535
}

function parseToml(bytes: Uint8Array, path: string): Readonly<Record<string, unknown>> {
  try {
    // The decoder also drops the byte order mark that some editors write.
    return parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    const where = error instanceof TomlError ? `line ${error.line}, column ${error.column}` : 'it is not UTF-8 text'
    throw invalid(`${path} cannot be read as TOML: ${where}`, error)
  }
}

function unknownKeys(table: Readonly<Record<string, unknown>>, path: string): readonly Problem[] {
  return Object.entries(table)
    .flatMap(([name, value]) => {
      const known = Object.hasOwn(KNOWN_KEYS, name) ? KNOWN_KEYS[name] : undefined
      if (known === undefined || typeof value !== 'object' || value === null) return [name]
      return Object.keys(value).flatMap((key) => (Object.hasOwn(known, key) ? [] : [`${name}.${key}`]))
    })
    .map((key) => ({
      code: 'CONFIG_UNKNOWN_KEY',
      message: `${key} in ${path} means nothing to this version`,
      hint: 'check its spelling and its [section]; it was ignored',
      path,
    }))
}

function invalid(message: string, cause?: unknown): ConfigError {
  return new ConfigError('CONFIG_INVALID', message, {
    cause,
    hint: 'correct it, then run the same command again; nothing was done',
  })
}
