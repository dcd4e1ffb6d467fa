import { fuzzed } from './fuzzed.ts'
import { csv, xlsx } from './parsers/tables.ts'

fuzzed('tables', [csv, xlsx])
