import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readTables } from '../../../src/intake/tables/read-tables.ts'
import { TABLE_LIMITS } from '../../../src/intake/tables/table.ts'
import { partsWith, zipOf } from '../../fakes/raw-workbook.ts'

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
