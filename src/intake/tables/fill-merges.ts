import type { Range, RawSheet, SheetContext } from './sheet.ts'
import { type Cell, EMPTY_CELL, TABLE_LIMITS } from './table.ts'

/**
 * Writes what stands in a merged cell, and where a link leads, into every cell of the range that lies in a row with
 * content of its own: for a person who reads the sheet it holds for all of them. Never makes a row, however far a range reaches.
 *
 * @param spend - asked before each row of a range: ranges that overlap could otherwise fill the same cells without end.
 */
export function fillMerges({ rows, merges, links }: RawSheet, spend: SheetContext['spend']): void {
  const numbers = [...rows.keys()].sort((a, b) => a - b)
  for (const { range, target } of links) {
    within(numbers, range, (number) => {
      const cells = rows.get(number)
      spend(Math.max(1, Math.min(range.lastColumn, lastColumn(cells)) + 1 - range.firstColumn))
      for (let column = range.firstColumn; column <= Math.min(range.lastColumn, lastColumn(cells)); column++) {
        const cell = cells?.[column]
        if (cells !== undefined && cell !== undefined) cells[column] = { ...cell, link: cell.link ?? target }
      }
    })
  }
  for (const range of merges) {
    const value = rows.get(range.firstRow)?.[range.firstColumn]
    if (value === undefined || value === EMPTY_CELL) continue
    within(numbers, range, (number) => {
      spend(Math.max(1, Math.min(range.lastColumn, TABLE_LIMITS.columns - 1) + 1 - range.firstColumn))
      fillRow(rows.get(number) ?? [], range, value)
    })
  }
}

function lastColumn(cells: readonly Cell[] | undefined): number {
  return (cells?.length ?? 0) - 1
}

function fillRow(cells: Cell[], { firstColumn, lastColumn: last }: Range, value: Cell): void {
  for (let column = firstColumn; column <= Math.min(last, TABLE_LIMITS.columns - 1); column++) {
    while (cells.length < column) cells.push(EMPTY_CELL)
    cells[column] = value
  }
}

/** Rows of a range among those that there are; found by halving, since a sheet may have a hundred thousand ranges. */
function within(numbers: readonly number[], { firstRow, lastRow }: Range, visit: (number: number) => void): void {
  let [low, high] = [0, numbers.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((numbers[middle] ?? 0) < firstRow) low = middle + 1
    else high = middle
  }
  for (let at = low; at < numbers.length && (numbers[at] ?? 0) <= lastRow; at++) visit(numbers[at] ?? 0)
}
