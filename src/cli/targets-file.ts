import * as v from 'valibot'
import { isThumbnailTemplate } from '../publish/claim/thumbnail.ts'
import { ConfigError } from './config-errors.ts'
import { addSection, readSections, type SectionsFile } from './sections-file.ts'

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
const FILE: SectionsFile<Targets> = {
  // Which of the waits are there, and that they are numbers, is checked; the types cannot say it of names in a list.
  schema: v.strictObject({ lbry: v.optional(lbry), odysee: v.optional(odysee) }) as v.GenericSchema<unknown, Targets>,
  head: `# Where copies are published beside the archive: \`holdfast publish --to NAME\`. Written by \`holdfast target add\`, yours to edit.
# The settings of each target are in docs/guides/odysee.md.
`,
  hint: 'docs/guides/odysee.md lists the settings of a target',
}

/** The file's targets; none where there is no file. @throws {ConfigError} `CONFIG_INVALID`. */
export async function readTargets(path: string): Promise<Targets> {
  return (await readSections(path, FILE)) ?? {}
}

/**
 * Adds a target's section to the file.
 *
 * @throws {ConfigError} `CONFIG_INVALID`; `TARGET_EXISTS`.
 */
export async function addTarget(path: string, name: keyof Targets, settings: Record<string, unknown>): Promise<void> {
  await addSection(path, FILE, name, settings, (targets) => {
    if (targets[name] === undefined) return
    throw new ConfigError('TARGET_EXISTS', `this home has a target ${name} already`, {
      hint: `change its section in ${path}, or take it out first`,
    })
  })
}
