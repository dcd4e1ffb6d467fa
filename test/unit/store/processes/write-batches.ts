import { writeDurableBatch } from '../../../../src/store/durable-file.ts'

// Rewrites the same files for ever, each time filled with another letter; killed by the test.
const [directory = '', count = '0', bytes = '0'] = process.argv.slice(2)
for (let round = 0; ; round++) {
  const content = Buffer.alloc(Number(bytes), 'abcdefgh'.charCodeAt(round % 8))
  await writeDurableBatch(
    Array.from({ length: Number(count) }, (_, n) => ({ path: `${directory}/deep/er/${n}`, bytes: content })),
  )
  if (round === 0) process.stdout.write('started\n')
}
