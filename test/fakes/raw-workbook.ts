import { crc32, deflateRawSync } from 'node:zlib'

/** A sheet with a shared and an inline text, a date, an error, a truth, a merged cell and a link. */
export const SHEET: string =
  '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>url</t></is></c></row>' +
  '<row r="3"><c r="A3" s="1"><v>43538</v></c><c r="C3" t="e"><v>#REF!</v></c><c t="b"><v>1</v></c></row></sheetData>' +
  '<mergeCells><mergeCell ref="A1:A3"/></mergeCells><hyperlinks><hyperlink ref="B1" r:id="r9"/></hyperlinks></worksheet>'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** The parts of a workbook whose one sheet is this. */
export function partsWith(sheet: string): Readonly<Record<string, string>> {
  const relationship = (id: string, type: string, target: string): string =>
    `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`
  return {
    '_rels/.rels': `<Relationships>${relationship('r1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': '<workbook><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': `<Relationships>${relationship('r1', 'worksheet', 'worksheets/s.xml')}</Relationships>`,
    'xl/worksheets/s.xml': sheet,
    'xl/worksheets/_rels/s.xml.rels':
      '<Relationships><Relationship Id="r9" Type="x" Target="https://x" TargetMode="External"/></Relationships>',
    'xl/sharedStrings.xml': '<sst><si><t>file</t></si></sst>',
    'xl/styles.xml': '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
  }
}

/**
 * A ZIP of these parts.
 *
 * @param method - 0 keeps the bytes as they are, so that the mutator changes the parts; 8 packs them.
 */
export function zipOf(parts: Readonly<Record<string, string>>, method: 0 | 8): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let at = 0
  for (const [name, text] of Object.entries(parts)) {
    const bytes = Buffer.from(text)
    const packed = method === 8 ? deflateRawSync(bytes) : bytes
    const head = Buffer.alloc(26)
    head.writeUInt16LE(20, 0)
    head.writeUInt16LE(method, 4)
    head.writeUInt32LE(crc32(bytes), 10)
    head.writeUInt32LE(packed.length, 14)
    head.writeUInt32LE(bytes.length, 18)
    head.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), head, Buffer.from(name), packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(at, 10)
    centrals.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\0'), head, tail, Buffer.from(name)]))
    locals.push(local)
    at += local.length
  }
  const directory = Buffer.concat(centrals)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(centrals.length, 4)
  end.writeUInt16LE(centrals.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...locals, directory, Buffer.from('PK\u0005\u0006'), end])
}
