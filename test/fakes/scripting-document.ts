import { readFile } from 'node:fs/promises'

/** What docs/SCRIPTING.md says of one line of `--json`: its fields, with `?` where they may be left out. */
export type DocumentedFields = ReadonlySet<string>

export interface ScriptingDocument {
  readonly events: ReadonlyMap<string, DocumentedFields>
  /** Fields of `done` beside `exit`, by command. */
  readonly done: ReadonlyMap<string, DocumentedFields>
}

/** Reads the two tables of docs/SCRIPTING.md. What stands in parentheses is about values and not about fields. */
export async function readScriptingDocument(): Promise<ScriptingDocument> {
  const text = await readFile(new URL('../../docs/SCRIPTING.md', import.meta.url), 'utf8')
  return { events: tableUnder(text, '| event | fields |'), done: tableUnder(text, '| command | fields of `done`') }
}

function tableUnder(text: string, head: string): Map<string, DocumentedFields> {
  const [table = ''] = text.slice(text.indexOf(head)).split('\n\n', 1)
  const rows = table.split('\n').slice(2)
  return new Map(
    rows.flatMap((row) => {
      const [, names = '', fields = ''] = row.split(/ ?\| ?/)
      const documented = new Set(ticked(fields.replace(/\([^)]*\)/g, '')))
      return ticked(names).map((name) => [name, documented] as const)
    }),
  )
}

function ticked(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
}

/** Fields of a line that the document does not name, for its event or for the command that ended. */
export function undocumentedFields(
  document: ScriptingDocument,
  line: Readonly<Record<string, unknown>> & { readonly event: string },
  command: string,
): string[] {
  const known = new Set([
    ...(document.events.get(line.event) ?? []),
    ...(line.event === 'done' ? (document.done.get(command) ?? []) : []),
  ])
  return Object.keys(line).filter(
    (name) => name !== 'v' && name !== 'event' && !known.has(name) && !known.has(`${name}?`),
  )
}
