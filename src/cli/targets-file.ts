import { parse, TomlError } from 'smol-toml'
import * as v from 'valibot'
import { isThumbnailTemplate } from '../publish/claim/thumbnail.ts'
import { writeDurable } from '../store/durable-file.ts'
import { readSmallFile } from '../store/small-file.ts'
import { ConfigError } from './config-errors.ts'

/** The targets of a home, as `targets.toml` names them. No secret is among this. */
export interface Targets {
  readonly lbry?: LbrySettings
  readonly odysee?: OdyseeSettings
}

export interface ClaimSettings {
  /** `@name`, or the claim id of the channel. */
  readonly channel: string
  /** https URL in which `{id}` or `{root}` stands for the bundle; empty for none. @default '' */
  readonly thumbnail: string
  /** Marks everything as sensitive. @default false */
  readonly sensitive: boolean
  /** Bundles with one of these tags are marked as sensitive. @default [] */
  readonly sensitiveTags: readonly string[]
}

export interface LbrySettings extends ClaimSettings {
  /** Address of the daemon. @default 'http://127.0.0.1:5279' */
  readonly url: string
  /** Whether `url` may be another computer. @default false */
  readonly allowRemote: boolean
  /** LBC that stand behind each claim and come back when it is abandoned. @default '0.002' */
  readonly bid: string
  /** Where the daemon keeps its blobs (a directory), a blob server, or `daemon`, to prove equality; empty for none. @default '' */
  readonly blobs: string
  /** Milliseconds of src/publish/lbry/waits.ts, for a chain or a line of another pace. @default {} */
  readonly waits: Readonly<Record<string, number>>
}

export interface OdyseeSettings extends ClaimSettings {
  /** Base of Odysee's service; empty for its own. @default '' */
  readonly url: string
  /** Milliseconds of src/publish/odysee/timing.ts, for a line of another pace. @default {} */
  readonly timing: Readonly<Record<string, number | readonly number[]>>
}

const MAX_TARGETS_BYTES = 65_536
const text = v.string('must be a text in quotes')
const line = v.pipe(text, v.regex(/^\P{Cc}*$/u, 'must be one line'))
const isThumbnail = (value: string): boolean => value === '' || isThumbnailTemplate(value)
const claims = {
  channel: v.pipe(line, v.regex(/^(@[^@\s]{1,254}|[0-9a-f]{40})$/u, 'must be @name, or the claim id of a channel')),
  thumbnail: v.optional(v.pipe(line, v.check(isThumbnail, 'must be an https URL with {id} or {root}, or empty')), ''),
  sensitive: v.optional(v.boolean('must be true or false'), false),
  sensitiveTags: v.optional(v.array(line, 'must be a list'), []),
}
const WAITS = ['blockMs', 'lookMs', 'pollMs', 'retryMs', 'unansweredMs']
const milliseconds = v.pipe(
  v.number('must be milliseconds'),
  v.integer('must be milliseconds'),
  v.minValue(1, 'must be milliseconds'),
)
const pause = v.pipe(
  v.number('must be milliseconds'),
  v.integer('must be milliseconds'),
  v.minValue(0, 'must be milliseconds'),
)
const httpUrl = v.pipe(
  line,
  v.check(
    (value) => value === '' || /^https?:$/u.test(URL.parse(value)?.protocol ?? ''),
    'must be an http or https URL',
  ),
)
const lbry = v.strictObject({
  ...claims,
  url: v.optional(httpUrl, 'http://127.0.0.1:5279'),
  allowRemote: v.optional(v.boolean('must be true or false'), false),
  bid: v.optional(v.pipe(line, v.regex(/^\d{1,10}\.\d{1,8}$/u, 'must be LBC such as "0.002"')), '0.002'),
  blobs: v.optional(line, ''),
  waits: v.optional(v.strictObject(Object.fromEntries(WAITS.map((name) => [name, v.optional(milliseconds)]))), {}),
})
const TIMES = [
  'askMs',
  'spendMs',
  'stallMs',
  'patienceMs',
  'firstPollMs',
  'pollMs',
  'pollForMs',
  'quietMs',
  'forgottenMs',
]
const timing = v.strictObject({
  ...Object.fromEntries(TIMES.map((name) => [name, v.optional(milliseconds)])),
  retryMs: v.optional(v.array(pause)),
  uploadRetryMs: v.optional(v.array(pause)),
})
const odysee = v.strictObject({ ...claims, url: v.optional(httpUrl, ''), timing: v.optional(timing, {}) })
const schema = v.strictObject({ lbry: v.optional(lbry), odysee: v.optional(odysee) })

/** The file's targets; none where there is no file. @throws {ConfigError} `CONFIG_INVALID`. */
export async function readTargets(path: string): Promise<Targets> {
  const given = await readText(path)
  if (given === undefined) return {}
  return parseTargets(given, path)
}

/**
 * Adds a target's section to the file, whose other lines and comments stay as they are.
 *
 * @param settings - values of TOML that JSON writes alike; those that are undefined are left out.
 * @throws {ConfigError} `CONFIG_INVALID`; `TARGET_EXISTS`: it is there with other settings.
 */
export async function addTarget(path: string, name: keyof Targets, settings: Record<string, unknown>): Promise<void> {
  const before = (await readText(path)) ?? HEAD
  if (parseTargets(before, path)[name] !== undefined) {
    throw new ConfigError('TARGET_EXISTS', `this home has a target ${name} already`, {
      hint: `change its section in ${path}, or take it out first`,
    })
  }
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  const lines = given.map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
  const after = `${before.trimEnd()}\n\n[${name}]\n${lines.join('\n')}\n`
  parseTargets(after, path)
  await writeDurable(path, Buffer.from(after), { mode: 0o600 })
}

const HEAD = `# Where copies are published beside the archive: \`holdfast publish --to NAME\`. Written by \`holdfast target add\`, yours to edit.
# The settings of each target are in docs/guides/odysee.md.
`

function parseTargets(given: string, path: string): Targets {
  let table: unknown
  try {
    table = parse(given)
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    throw new ConfigError('CONFIG_INVALID', `${path}, line ${cause.line}: ${cause.message.split('\n')[0] ?? ''}`, {
      cause,
    })
  }
  const result = v.safeParse(schema, table)
  if (result.success) return result.output as Targets
  const [issue] = result.issues
  const where = issue.path?.map(({ key }) => String(key)).join('.') ?? ''
  throw new ConfigError('CONFIG_INVALID', `${path}: ${where} ${issue.message}`, {
    hint: 'docs/guides/odysee.md lists the settings of a target',
  })
}

async function readText(path: string): Promise<string | undefined> {
  const bytes = await readSmallFile(path, MAX_TARGETS_BYTES)
  if (bytes === undefined) return undefined
  if (bytes.length > MAX_TARGETS_BYTES)
    throw new ConfigError('CONFIG_INVALID', `${path} is far larger than any file of targets`)
  return new TextDecoder().decode(bytes)
}
