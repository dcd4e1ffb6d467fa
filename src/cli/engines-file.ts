import { join } from 'node:path'
import * as v from 'valibot'
import type { HomePaths } from '../store/home.ts'
import { ConfigError } from './config-errors.ts'
import { type EngineSettings, engineSettingsSchema } from './engine-settings.ts'
import { addSection, readSections, type SectionsFile } from './sections-file.ts'

/** The engines of a home by name, as `engines.toml` has them. No secret is among this. */
export type Engines = Readonly<Record<string, EngineSettings>>

const engineName = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'is no name for an engine: use a-z, 0-9 and -, at most 32'),
  v.check((name) => name !== 'embedded', 'is the name of the engine that every home has'),
)
const FILE: SectionsFile<Engines> = {
  schema: v.record(engineName, engineSettingsSchema),
  head: `# Where \`holdfast publish\` keeps second copies of what is published. Written by \`holdfast engine add\`, yours to edit.
# The settings of each engine are in docs/guides/engines.md.
`,
  hint: 'docs/guides/engines.md lists the settings of an engine',
}

export function enginesPath({ home }: Pick<HomePaths, 'home'>): string {
  return join(home, 'engines.toml')
}

export function engineTokenPath({ keys }: Pick<HomePaths, 'keys'>, name: string): string {
  return join(keys, `engine-${name}.token`)
}

/** The file's engines; none where there is no file. @throws {ConfigError} `CONFIG_INVALID`. */
export async function readEngines(path: string): Promise<Engines> {
  return (await readSections(path, FILE)) ?? {}
}

/** That an engine can be added under that name. @throws {ConfigError} `CONFIG_INVALID`; `ENGINE_EXISTS`. */
export async function requireFreeName(path: string, name: string): Promise<void> {
  if (!v.is(engineName, name)) {
    throw new ConfigError('CONFIG_INVALID', `${JSON.stringify(name)} cannot be the name of an engine`, {
      hint: 'use a-z, 0-9 and -, at most 32, and not `embedded`, which every home has',
    })
  }
  requireNew(path, name, await readEngines(path))
}

/**
 * Adds an engine's section to the file.
 *
 * @throws {ConfigError} as {@link requireFreeName}.
 */
export async function addEngine(
  path: string,
  name: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  await requireFreeName(path, name)
  await addSection(path, FILE, name, settings, (engines) => requireNew(path, name, engines))
}

function requireNew(path: string, name: string, engines: Engines): void {
  if (!Object.hasOwn(engines, name)) return
  throw new ConfigError('ENGINE_EXISTS', `this home has an engine ${name} already`, {
    hint: `choose another --name, or change its section in ${path}`,
  })
}
