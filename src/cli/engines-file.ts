import { join } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import * as v from 'valibot'
import { writeDurable } from '../store/durable-file.ts'
import type { HomePaths } from '../store/home.ts'
import { readSmallFile } from '../store/small-file.ts'
import { ConfigError } from './config-errors.ts'
import { type EngineSettings, engineSettingsSchema } from './engine-settings.ts'

/** The engines of a home by name, as `engines.toml` has them. No secret is among this. */
export type Engines = Readonly<Record<string, EngineSettings>>

const MAX_ENGINES_BYTES = 65_536
const engineName = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'is no name for an engine: use a-z, 0-9 and -, at most 32'),
  v.check((name) => name !== 'embedded', 'is the name of the engine that every home has'),
)
const schema = v.record(engineName, engineSettingsSchema)

export function enginesPath({ home }: Pick<HomePaths, 'home'>): string {
  return join(home, 'engines.toml')
}

export function engineTokenPath({ keys }: Pick<HomePaths, 'keys'>, name: string): string {
  return join(keys, `engine-${name}.token`)
}

/** The file's engines; none where there is no file. @throws {ConfigError} `CONFIG_INVALID`. */
export async function readEngines(path: string): Promise<Engines> {
  const given = await readText(path)
  return given === undefined ? {} : parseEngines(given, path)
}

/**
 * Adds an engine's section to the file, whose other lines and comments stay as they are.
 *
 * @throws {ConfigError} `CONFIG_INVALID`; `ENGINE_EXISTS`.
 */
export async function addEngine(
  path: string,
  name: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (!v.is(engineName, name)) {
    throw new ConfigError('CONFIG_INVALID', `${JSON.stringify(name)} cannot be the name of an engine`, {
      hint: 'use a-z, 0-9 and -, at most 32, and not `embedded`, which every home has',
    })
  }
  const before = (await readText(path)) ?? HEAD
  if (Object.hasOwn(parseEngines(before, path), name)) {
    throw new ConfigError('ENGINE_EXISTS', `this home has an engine ${name} already`, {
      hint: `choose another --name, or change its section in ${path}`,
    })
  }
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  const lines = given.map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
  const after = `${before.trimEnd()}\n\n[${name}]\n${lines.join('\n')}\n`
  parseEngines(after, path)
  await writeDurable(path, Buffer.from(after), { mode: 0o600 })
}

const HEAD = `# Where \`holdfast publish\` keeps second copies of what is published. Written by \`holdfast engine add\`, yours to edit.
# The settings of each engine are in docs/guides/engines.md.
`

function parseEngines(given: string, path: string): Engines {
  let table: unknown
  try {
    table = parse(given)
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    const why = cause.message.split('\n')[0] ?? ''
    throw new ConfigError('CONFIG_INVALID', `${path}, line ${cause.line}: ${why}`, { cause })
  }
  const result = v.safeParse(schema, table)
  if (result.success) return result.output
  const [issue] = result.issues
  const where = issue.path?.map(({ key }) => String(key)).join('.') ?? ''
  throw new ConfigError('CONFIG_INVALID', `${path}: ${where} ${issue.message}`, {
    hint: 'docs/guides/engines.md lists the settings of an engine',
  })
}

async function readText(path: string): Promise<string | undefined> {
  const bytes = await readSmallFile(path, MAX_ENGINES_BYTES)
  if (bytes === undefined) return undefined
  if (bytes.length > MAX_ENGINES_BYTES)
    throw new ConfigError('CONFIG_INVALID', `${path} is far larger than any file of engines`)
  return new TextDecoder().decode(bytes)
}
