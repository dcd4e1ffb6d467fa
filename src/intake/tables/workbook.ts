import { posix } from 'node:path'
import { IntakeError } from '../errors.ts'
import { readXml } from './xml.ts'

export interface SheetPart {
  readonly name: string
  readonly hidden: boolean
  /** Name of its part in the ZIP. */
  readonly path: string
}

export interface Workbook {
  readonly epoch1904: boolean
  readonly sheets: readonly SheetPart[]
  /** Parts by what they are for; the usual names where the workbook does not say. */
  readonly stringsPath: string
  readonly stylesPath: string
}

interface Relationship {
  readonly type: string
  readonly target: string
  readonly external: boolean
}

/** Where everything of a workbook lies. @param part - text of a part of the ZIP. */
export function readWorkbook(part: (path: string) => string | undefined): Workbook {
  const root = [...relationshipsOf(part('_rels/.rels') ?? '').values()]
  const main = root.find(({ type }) => type.endsWith('/officeDocument'))
  const path = main === undefined ? 'xl/workbook.xml' : resolve('', main.target)
  const xml = part(path)
  if (xml === undefined) throw noWorkbook()
  const related = relationshipsOf(part(relationshipPath(path)) ?? '')
  const pathOf = (type: string, usual: string): string => {
    const found = [...related.values()].find((one) => one.type.endsWith(`/${type}`))
    return found === undefined ? usual : resolve(path, found.target)
  }
  let epoch1904 = false
  const sheets: SheetPart[] = []
  const seen = new Set<string>()
  readXml(xml, {
    open(name, attribute) {
      if (name === 'workbookPr') epoch1904 = /^(1|true|on)$/i.test(attribute('date1904') ?? '')
      if (name !== 'sheet') return
      const relationship = related.get(attribute('id') ?? '')
      if (relationship === undefined || !relationship.type.endsWith('/worksheet')) return
      const hidden = /hidden/i.test(attribute('state') ?? '')
      const sheet = resolve(path, relationship.target)
      // No program writes this; a workbook of a few bytes could otherwise have one long sheet a million times.
      if (seen.has(sheet)) throw twice()
      seen.add(sheet)
      sheets.push({ name: attribute('name') ?? '', hidden, path: sheet })
    },
    close: () => undefined,
    text: () => undefined,
  })
  return {
    epoch1904,
    sheets,
    stringsPath: pathOf('sharedStrings', 'xl/sharedStrings.xml'),
    stylesPath: pathOf('styles', 'xl/styles.xml'),
  }
}

/** Addresses outside of the workbook that the links of a sheet lead to, by id. @param sheet - path of its part. */
export function linkTargets(part: (path: string) => string | undefined, sheet: string): ReadonlyMap<string, string> {
  const related = relationshipsOf(part(relationshipPath(sheet)) ?? '')
  return new Map([...related].filter(([, { external }]) => external).map(([id, { target }]) => [id, target]))
}

function relationshipsOf(xml: string): ReadonlyMap<string, Relationship> {
  const found = new Map<string, Relationship>()
  readXml(xml, {
    open(name, attribute) {
      if (name !== 'Relationship') return
      const external = attribute('TargetMode') === 'External'
      found.set(attribute('Id') ?? '', { type: attribute('Type') ?? '', target: attribute('Target') ?? '', external })
    },
    close: () => undefined,
    text: () => undefined,
  })
  return found
}

function relationshipPath(path: string): string {
  return posix.join(posix.dirname(path), '_rels', `${posix.basename(path)}.rels`)
}

function resolve(from: string, target: string): string {
  return target.startsWith('/') ? target.slice(1) : posix.join(posix.dirname(from), target)
}

function twice(): IntakeError {
  const hint = 'Open it in a spreadsheet program and save it anew as .xlsx, or as CSV (UTF-8).'
  return new IntakeError('TABLE_UNREADABLE', 'two sheets of the workbook are one and the same', { hint })
}

function noWorkbook(): IntakeError {
  const hint = 'Open it in a spreadsheet program and save it anew as .xlsx, or as CSV (UTF-8).'
  return new IntakeError('TABLE_UNREADABLE', 'it is a ZIP, but no workbook', { hint })
}
