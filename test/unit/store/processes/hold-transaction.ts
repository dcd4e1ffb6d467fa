import { openDatabase } from '../../../../src/store/database.ts'

// Leaves a transaction open with one row written and not committed, until killed.
const [home = ''] = process.argv.slice(2)
const database = await openDatabase(home)
database.exec("BEGIN IMMEDIATE; INSERT INTO meta VALUES ('half', 'x')")
process.stdout.write('holding\n')
setInterval(() => undefined, 1000)
