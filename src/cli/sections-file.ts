import { parse, TomlError } from 'smol-toml'
import * as v from 'valibot'
import { writeDurable } from '../store/durable-file.ts'
import { readSmallFile } from '../store/small-file.ts'
import { ConfigError } from './config-errors.ts'

/** What a file of the home is whose sections a command adds and people edit: `engines.toml`, `targets.toml`. */
export interface SectionsFile<Sections> {
  readonly schema: v.GenericSchema<unknown, Sections>
  /** Comment that stands first in it. */
  readonly head: string
  /** Where its settings are explained. */
  readonly hint: string
}

/** Such a file is a few kB; more is a mistake. */
const MAX_BYTES = 65_536

/** Nothing where there is no file. @throws {ConfigError} `CONFIG_INVALID`, never with a value in it. */
export async function readSections<Sections>(
  path: string,
  file: SectionsFile<Sections>,
): Promise<Sections | undefined> {
  const given = await readText(path)
  return given === undefined ? undefined : parseSections(given, path, file)
}

/**
 * Adds a section to the file, whose other lines and comments stay as they are.
 *
 * @param settings - values of TOML that JSON writes alike; those that are undefined are left out.
 * @param check - throws where the section may not be added to those that are there.
 * @throws {ConfigError} `CONFIG_INVALID`.
 */
export async function addSection<Sections>(
  path: string,
  file: SectionsFile<Sections>,
  name: string,
  settings: Readonly<Record<string, unknown>>,
  check: (there: Sections) => void,
): Promise<void> {
  const before = (await readText(path)) ?? file.head
  check(parseSections(before, path, file))
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  const lines = given.map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
  const after = `${before.trimEnd()}\n\n[${name}]\n${lines.join('\n')}\n`
  parseSections(after, path, file)
  await writeDurable(path, Buffer.from(after), { mode: 0o600 })
}

function parseSections<Sections>(given: string, path: string, { schema, hint }: SectionsFile<Sections>): Sections {
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
  throw new ConfigError('CONFIG_INVALID', `${path}: ${v.getDotPath(issue) ?? ''} ${issue.message}`, { hint })
}

async function readText(path: string): Promise<string | undefined> {
  const bytes = await readSmallFile(path, MAX_BYTES)
  if (bytes === undefined) return undefined
  if (bytes.length > MAX_BYTES) throw new ConfigError('CONFIG_INVALID', `${path} is larger than ${MAX_BYTES} bytes`)
  return new TextDecoder().decode(bytes)
}
