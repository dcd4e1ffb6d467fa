import { openDatabase } from '../../../../src/store/database.ts'
import { transaction } from '../../../../src/store/transaction.ts'

// Prints the code with which a large transaction failed, then what is left of it.
const [home = ''] = process.argv.slice(2)
const database = await openDatabase(home)
try {
  transaction(database, () => {
    const insert = database.prepare('INSERT INTO meta VALUES (?, hex(zeroblob(20000)))')
    for (let n = 0; n < 500; n++) insert.run(`row ${n}`)
  })
} catch (error) {
  process.stdout.write(`${error instanceof Error && 'code' in error ? error.code : error}\n`)
}
process.stdout.write(
  `${database.isTransaction} ${JSON.stringify(database.prepare('SELECT count(*) AS n FROM meta').get())}\n`,
)
