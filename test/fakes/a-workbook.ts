import { crc32, deflateRawSync } from 'node:zlib'

/** One part of a ZIP; `claimed` is the size that the directory of the ZIP states, where it lies. */
export interface Part {
  readonly name: string
  readonly bytes: Uint8Array
  readonly claimed?: number
}

/** A ZIP from its parts, byte by byte, so that a test can make one that lies. Source: PKWARE APPNOTE 4.3. */
export function aZip(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let at = 0
  for (const { name, bytes, claimed = bytes.length } of parts) {
    const packed = deflateRawSync(bytes)
    const label = Buffer.from(name)
    const facts = Buffer.alloc(26)
    facts.writeUInt16LE(20, 0)
    facts.writeUInt16LE(8, 4)
    facts.writeUInt32LE(crc32(bytes), 10)
    facts.writeUInt32LE(packed.length, 14)
    facts.writeUInt32LE(claimed, 18)
    facts.writeUInt16LE(label.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, label, packed])
    const entry = Buffer.alloc(46)
    entry.write('PK\x01\x02', 'latin1')
    entry.writeUInt16LE(20, 4)
    facts.copy(entry, 6)
    entry.writeUInt32LE(at, 42)
    locals.push(local)
    central.push(Buffer.concat([entry, label]))
    at += local.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(at, 16)
  return Uint8Array.from(Buffer.concat([...locals, directory, end]))
}

export interface MadeSheet {
  readonly name: string
  /** What stands inside of `sheetData`. */
  readonly rows: string
  /** What stands behind `sheetData`: merged cells, links. */
  readonly after?: string
  readonly state?: 'hidden' | 'veryHidden'
  /** Targets of its links: rId1, rId2 … */
  readonly links?: readonly string[]
}

export interface WorkbookOptions {
  readonly sheets: readonly MadeSheet[]
  readonly date1904?: boolean
  readonly strings?: readonly string[]
  /** Number formats of the cell styles, from 0. */
  readonly formats?: readonly string[]
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** A workbook written by hand, for what no library writes: merged cells, days from 1904, prefixes, links. */
export function aWorkbook({
  sheets,
  date1904 = false,
  strings = [],
  formats = [],
}: WorkbookOptions): Uint8Array<ArrayBuffer> {
  const list = sheets.map(({ name, state }, i) => {
    const hidden = state === undefined ? '' : ` state="${state}"`
    return `<x:sheet name="${name}" sheetId="${i + 1}"${hidden} r:id="rId${i + 1}"/>`
  })
  const related = sheets.map((_, i) => relation(`rId${i + 1}`, 'worksheet', `worksheets/sheet${i + 1}.xml`))
  const codes = formats.map((code, i) => `<numFmt numFmtId="${200 + i}" formatCode="${code}"/>`)
  const styles = formats.map((_, i) => `<xf numFmtId="${200 + i}"/>`)
  return aZip([
    part(
      '_rels/.rels',
      `<Relationships xmlns="${RELATIONS}">${relation('a', 'officeDocument', '/xl/workbook.xml')}</Relationships>`,
    ),
    part(
      'xl/workbook.xml',
      `<x:workbook xmlns:x="${MAIN}" xmlns:r="${OFFICE}"><x:workbookPr${date1904 ? ' date1904="1"' : ''}/><x:sheets>${list.join('')}</x:sheets></x:workbook>`,
    ),
    part('xl/_rels/workbook.xml.rels', `<Relationships>${related.join('')}</Relationships>`),
    part('xl/sharedStrings.xml', `<sst>${strings.map((text) => `<si>${text}</si>`).join('')}</sst>`),
    part(
      'xl/styles.xml',
      `<styleSheet><numFmts>${codes.join('')}</numFmts><cellXfs>${styles.join('')}</cellXfs></styleSheet>`,
    ),
    ...sheets.flatMap(({ rows, after = '', links = [] }, i) => [
      part(
        `xl/worksheets/sheet${i + 1}.xml`,
        `<worksheet xmlns:r="${OFFICE}"><sheetData>${rows}</sheetData>${after}</worksheet>`,
      ),
      part(
        `xl/worksheets/_rels/sheet${i + 1}.xml.rels`,
        `<Relationships>${links.map((target, at) => relation(`rId${at + 1}`, 'hyperlink', target, ' TargetMode="External"')).join('')}</Relationships>`,
      ),
    ]),
  ])
}

/** A row of texts: `textRow(2, 'a.mp4', '', 'x')`. */
export function textRow(number: number, ...texts: readonly string[]): string {
  const cells = texts.map((text, i) =>
    text === '' ? '' : `<c r="${String.fromCharCode(65 + i)}${number}" t="inlineStr"><is><t>${text}</t></is></c>`,
  )
  return `<row r="${number}">${cells.join('')}</row>`
}

function relation(id: string, type: string, target: string, more = ''): string {
  return `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target.replaceAll('&', '&amp;')}"${more}/>`
}

function part(name: string, xml: string): Part {
  return { name, bytes: new TextEncoder().encode(`<?xml version="1.0" encoding="UTF-8"?>${xml}`) }
}

/** Russian as Excel writes a CSV on a computer that is set to Russian. */
export function windows1251(text: string): Uint8Array<ArrayBuffer> {
  const bytes = Array.from(text, (letter) => {
    const code = letter.codePointAt(0) ?? 0
    if (code < 0x80) return code
    if (code >= 0x410 && code <= 0x44f) return code - 0x350
    const other = { Ё: 0xa8, ё: 0xb8, '№': 0xb9, '«': 0xab, '»': 0xbb, '—': 0x97 }[letter]
    if (other === undefined) throw new RangeError(`${letter} is not in this table`)
    return other
  })
  return Uint8Array.from(bytes)
}

/** UTF-16 in either order of bytes. */
export function utf16(text: string, order: 'le' | 'be'): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(text, 'utf16le')
  return Uint8Array.from(order === 'le' ? bytes : bytes.swap16())
}
