import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openHasher } from '../../../../src/address/hash-file.ts'

// Closes hashers at moments around the end of a task; whether the two meet is a matter of microseconds, so many are tried.
const { signal } = new AbortController()
const file = fileURLToPath(new URL('../../../../package.json', import.meta.url))
const ROUNDS = 30

for (let round = 0; round < ROUNDS; round += 1) {
  const hasher = openHasher({ threads: 2 })
  const hash = () => hasher.hashFile(file, { signal }).then(Boolean, Boolean)
  const others = [hash(), hash()]
  await hash()
  others.push(hash())
  for (let turn = 0; turn < round % 5; turn += 1) await setImmediate()
  const until = performance.now() + (round % 12) / 10
  while (performance.now() < until);
  await hasher[Symbol.asyncDispose]()
}
process.stdout.write('all are closed')
