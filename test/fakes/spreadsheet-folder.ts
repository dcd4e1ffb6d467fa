import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Found, FoundBundle, Layout, RowFinding, WalkedFile } from '../../src/intake/layout.ts'
import { parseMapping } from '../../src/intake/layouts/spreadsheet/mapping.ts'
import type { Mappings } from '../../src/intake/layouts/spreadsheet/read-sheets.ts'
import { spreadsheetLayout } from '../../src/intake/layouts/spreadsheet.ts'
import { ytDlpLayout } from '../../src/intake/layouts/yt-dlp.ts'
import { type DirectoryFound, type IntakeOptions, intake } from '../../src/intake/recognise.ts'
import { collect } from './collect.ts'

/** Writes files below a directory, making those on the way. Names of media get bytes that depend on the name alone. */
export function write(directory: string, files: Readonly<Record<string, string | Uint8Array | undefined>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content ?? `bytes of ${name} `.repeat(20))
  }
}

/** A table as a semicolon-separated file. */
export function semicolons(...rows: readonly (readonly string[])[]): string {
  return rows
    .map((row) => row.map((cell) => (/[";\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(';'))
    .join('\r\n')
}

/** A file that lies nowhere. @param name - its path below `/archive`. */
export function inMemory(name: string, bytes: Uint8Array = new TextEncoder().encode(name)): WalkedFile {
  return { path: `/archive/${name}`, relative: name, size: bytes.length, read: async () => new Uint8Array(bytes) }
}

/** Mappings in memory. @param texts - by name of the spreadsheet; what is saved is put there. */
export function mappingsIn(texts: Map<string, string> = new Map()): Mappings {
  return {
    async load(name) {
      const text = texts.get(name)
      return text === undefined ? undefined : { mapping: parseMapping(text), path: `/mappings/${name}` }
    },
    async save(name, text) {
      texts.set(name, text)
      return `/mappings/${name}`
    },
  }
}

export interface Taken {
  readonly found: readonly (Found | DirectoryFound)[]
  readonly bundles: readonly FoundBundle[]
  readonly rows: readonly RowFinding[]
  /** Outcome and reason of each file with a verdict, by path relative to the directory. */
  readonly verdicts: Readonly<Record<string, string>>
}

/** What intake makes of a directory with both layouts. */
export async function takeIn(
  directory: string,
  { mappings = mappingsIn(), ...options }: Partial<IntakeOptions> & { readonly mappings?: Mappings } = {},
): Promise<Taken> {
  const layouts: readonly Layout[] = [ytDlpLayout, spreadsheetLayout(mappings)]
  const found = await collect(intake([directory], { layouts, signal: new AbortController().signal, ...options }))
  const verdicts = found.flatMap((one) => (one.type === 'file' ? [one.verdict] : []))
  return {
    found,
    bundles: found.flatMap((one) => (one.type === 'bundle' ? [one.bundle] : [])),
    rows: found.flatMap((one) => (one.type === 'row' ? [one.row] : [])),
    verdicts: Object.fromEntries(
      verdicts.map(({ path, outcome, reason }) => [
        path.slice(directory.length + 1),
        reason === undefined ? outcome : `${outcome}: ${reason}`,
      ]),
    ),
  }
}

/** Row, code and candidates of what was found wrong, for short assertions. */
export function faultsOf({ rows }: Taken): readonly (readonly unknown[])[] {
  return rows.filter(({ outcome }) => outcome !== 'ignored').map(({ row, code }) => [row, code])
}
