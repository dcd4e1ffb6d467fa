import { IntakeError } from '../errors.ts'

export interface XmlHandler {
  /** @param attribute - value of an attribute by its name without prefix. */
  open(name: string, attribute: (name: string) => string | undefined): void
  close(name: string): void
  text(text: string): void
  /** Asked after each element; true ends the reading. */
  readonly done?: () => boolean
}

/** In UTF-16 units; no element of a workbook has more attributes than fit. */
const MAX_TAG = 65_536
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])

/**
 * Reads the plain XML that spreadsheet programs write: elements, attributes, text, CDATA. Names lose their prefix. Knows no
 * document types, so no entity can grow; linear in the length, and keeps nothing but what the handler keeps.
 *
 * @throws {IntakeError} `TABLE_UNREADABLE`.
 */
export function readXml(xml: string, handler: XmlHandler): void {
  for (let at = 0; at < xml.length && handler.done?.() !== true; ) {
    const start = xml.indexOf('<', at)
    const text = xml.slice(at, start === -1 ? xml.length : start)
    if (text !== '') handler.text(unescapeEntities(text))
    if (start === -1) return
    at = readMarkup(xml, start, handler)
  }
}

/** @returns where the markup at `start` ends. */
function readMarkup(xml: string, start: number, handler: XmlHandler): number {
  if (xml.startsWith('<!--', start)) return endOf(xml, '-->', start)
  if (xml.startsWith('<?', start)) return endOf(xml, '?>', start)
  if (xml.startsWith('<![CDATA[', start)) {
    const end = endOf(xml, ']]>', start)
    handler.text(xml.slice(start + 9, end - 3))
    return end
  }
  if (xml.startsWith('<!', start)) throw malformed('it declares a document type')
  const end = endOf(xml, '>', start)
  if (end - start > MAX_TAG) throw malformed('an element is too long')
  const tag = xml.slice(start + 1, end - 1)
  if (tag.startsWith('/')) {
    handler.close(local(tag.slice(1).trim()))
    return end
  }
  const [name = ''] = /^[^\s/]+/.exec(tag) ?? []
  handler.open(local(name), (wanted) => attributeOf(tag, wanted))
  if (tag.endsWith('/')) handler.close(local(name))
  return end
}

/** Attributes of workbooks hold no `>`: programs that write them escape it. */
function endOf(xml: string, mark: string, from: number): number {
  const at = xml.indexOf(mark, from)
  if (at === -1) throw malformed('it ends in the middle')
  return at + mark.length
}

function attributeOf(tag: string, wanted: string): string | undefined {
  for (const [, name = '', double, single] of tag.matchAll(/\s([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    if (local(name) === wanted) return unescapeEntities(double ?? single ?? '')
  }
  return undefined
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function unescapeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES.get(String(name)) ?? whole
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : ''
  })
}

function malformed(why: string): IntakeError {
  const hint = 'Open it in a spreadsheet program and save it anew as .xlsx, or as CSV (UTF-8).'
  return new IntakeError('TABLE_UNREADABLE', `a part of the workbook is no XML of a spreadsheet: ${why}`, { hint })
}
