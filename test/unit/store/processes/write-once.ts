import { writeDurable } from '../../../../src/store/durable-file.ts'

// Prints the code with which writing failed, or `written`.
const [path = '', bytes = '0'] = process.argv.slice(2)
try {
  await writeDurable(path, Buffer.alloc(Number(bytes), 1))
  process.stdout.write('written\n')
} catch (error) {
  process.stdout.write(`${error instanceof Error && 'code' in error ? error.code : error}\n`)
}
