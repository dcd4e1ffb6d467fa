import { acquireLock } from '../../../../src/store/lock.ts'

// Takes the lock, says so, and keeps it until killed or told to end.
const [directory = ''] = process.argv.slice(2)
await using lock = await acquireLock(directory, { command: 'publish' })
await new Promise<void>((resolve) => {
  const alive = setInterval(() => undefined, 1000)
  process.once('SIGTERM', () => {
    clearInterval(alive)
    resolve()
  })
  process.stdout.write(`${lock.holder.pid}\n`)
})
