import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { WalkedFile } from '../../../src/intake/layout.ts'
import { spreadsheetLayout } from '../../../src/intake/layouts/spreadsheet.ts'
import { readTables } from '../../../src/intake/tables/read-tables.ts'
import { TABLE_LIMITS } from '../../../src/intake/tables/table.ts'
import { collect } from '../../fakes/collect.ts'
import { partsWith, zipOf } from '../../fakes/raw-workbook.ts'
import { inMemory, mappingsIn, semicolons } from '../../fakes/spreadsheet-folder.ts'

function rows(count: number, cell: string): string {
  return Array.from({ length: count }, (_, i) => `<row r="${i + 1}">${cell}</row>`).join('')
}

function refused(parts: Readonly<Record<string, string>>, code: string): void {
  assert.throws(() => readTables('a.xlsx', zipOf(parts, 8)), { name: 'IntakeError', code })
}

describe('a workbook of a few kilobytes', () => {
  it('is refused when merged cells that overlap would be filled without end', () => {
    const merges = '<mergeCell ref="A1:IV2000"/>'.repeat(200)
    refused(partsWith(rows(2_000, '<c t="b"><v>1</v></c>') + merges), 'TABLE_TOO_LARGE')
  })

  it('is refused when links that overlap would be followed without end', () => {
    const links = '<hyperlink ref="A1:IV2000" r:id="r9"/>'.repeat(3_000)
    refused(partsWith(rows(2_000, '<c t="b"><v>1</v></c>') + links), 'TABLE_TOO_LARGE')
  })

  it('is refused when its rows are nothing but far columns', () => {
    refused(partsWith(rows(100_000, '<c r="IV1"><v>1</v></c>')), 'TABLE_TOO_LARGE')
  })

  it('is refused when it has one sheet many times', () => {
    const workbook = `<workbook><sheets>${'<sheet name="A" r:id="r1"/>'.repeat(1_000)}</sheets></workbook>`
    refused({ ...partsWith(rows(1_000, '<c><v>1</v></c>')), 'xl/workbook.xml': workbook }, 'TABLE_UNREADABLE')
  })

  it('is refused when a cell stands in no row', () => {
    refused(partsWith('<c t="b"><v>1</v></c>'), 'TABLE_UNREADABLE')
  })
})

describe('a text file', () => {
  it('is refused when it is nothing but separators', () => {
    assert.throws(() => readTables('a.csv', Buffer.alloc(TABLE_LIMITS.separators + 1, ';')), {
      name: 'IntakeError',
      code: 'TABLE_TOO_LARGE',
    })
  })
})

describe('a spreadsheet of many rows', () => {
  const ROWS = 50_000
  const { signal } = new AbortController()

  /** Bundles, and how often each code or outcome came of the rows. */
  async function outcomes(row: (i: number) => readonly string[], files: readonly WalkedFile[]): Promise<unknown> {
    const rows = Array.from({ length: ROWS }, (_, i) => row(i))
    const table = inMemory('list.csv', new TextEncoder().encode(semicolons(['File', 'Title', 'ID'], ...rows)))
    const counts: Record<string, number> = {}
    for (const found of await collect(spreadsheetLayout(mappingsIn()).read([table, ...files], { signal }))) {
      const what = found.type === 'row' ? (found.row.code ?? found.row.outcome) : found.type
      counts[what] = (counts[what] ?? 0) + 1
    }
    return counts
  }

  it('ends soon when all of them name one file', async () => {
    const counts = await outcomes((i) => ['a', `title ${i}`, ''], [inMemory('a.mp4')])
    assert.deepEqual(counts, { ROW_FILE_TWICE: ROWS, file: 2 })
  })

  it('ends soon when all of them have one id', async () => {
    const files = Array.from({ length: ROWS }, (_, i) => inMemory(`${i}.mp4`))
    assert.deepEqual(await outcomes((i) => [`${i}`, '', 'same'], files), { ROW_KEY_TWICE: ROWS, file: ROWS + 1 })
  })

  it('ends soon when each file has a folder of its own and all have one name', async () => {
    const files = Array.from({ length: ROWS }, (_, i) => inMemory(`d${i}/video.mp4`))
    const found = await outcomes((i) => [`C:\\x\\d${i}\\video.mp4`, '', ''], files)
    assert.deepEqual(found, { file: 1, bundle: ROWS })
    const unclear = await outcomes((i) => ['video.mp4', `${i}`, ''], files)
    assert.deepEqual(unclear, { ROW_FILE_AMBIGUOUS: ROWS, file: ROWS + 1 })
  })
})
