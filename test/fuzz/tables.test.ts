import { fuzzed } from './fuzzed.ts'
import { spreadsheet } from './parsers/spreadsheet.ts'
import { csv, xlsx } from './parsers/tables.ts'

fuzzed('tables', [csv, xlsx, spreadsheet])
