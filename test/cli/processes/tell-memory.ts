import { readFileSync, writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

// Loaded before the program with `node --import`. Writes the kernel's own mark of the most memory that the whole process
// ever held, its threads included, into the file that MEMORY_FILE names, in the last moment before it ends.
const { MEMORY_FILE } = process.env

if (isMainThread && MEMORY_FILE !== undefined) {
  process.once('exit', () => {
    const [, kibibytes = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? []
    writeFileSync(MEMORY_FILE, kibibytes)
  })
}
