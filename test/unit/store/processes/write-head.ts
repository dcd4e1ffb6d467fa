import { writeHeadRecord } from '../../../../src/store/head-record.ts'

// Two of these race for one size with different roots; prints who won.
const [directory = '', root = ''] = process.argv.slice(2)
try {
  for (let size = 1; size <= 20; size++)
    await writeHeadRecord(directory, 'vkey', { size, root: root.repeat(64), note: `${root}${size}` })
  process.stdout.write('all\n')
} catch (error) {
  process.stdout.write(`${error instanceof Error && 'code' in error ? error.code : error}\n`)
}
