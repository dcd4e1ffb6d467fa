import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { isMainThread } from 'node:worker_threads'

// Loaded before the program with `node --import`. Counts what its main thread does to the disk and ends it with SIGKILL at
// one of these events: between two given calls, where a clock would only hit now and then.
//
//   KILL_AT     number of the event before which it is killed, from 0; never, when left out
//   KILL_TORN   share of its bytes, 0 to 1, that still reach the file when that event is a write
//   EVENTS      file into which a whole run writes the names of its events, one a line
//   CLOCK       RFC 3339: the only time that the program sees
const { KILL_AT, KILL_TORN, EVENTS, CLOCK } = process.env
const killAt = KILL_AT === undefined ? -1 : Number(KILL_AT)
const names: string[] = []
let count = 0

function happens(name: string, torn: () => void = () => undefined): void {
  if (EVENTS !== undefined) names.push(name)
  if (count++ !== killAt) return
  torn()
  process.kill(process.pid, 'SIGKILL')
}

type Method = (...args: unknown[]) => unknown

/** Puts a look before a method. The program's `import { renameSync }` sees it after `syncBuiltinESMExports`. */
function watch(owner: object, method: string, look: (args: readonly unknown[], original: Method) => void): void {
  const original: Method = Reflect.get(owner, method)
  Reflect.set(owner, method, function watched(this: unknown, ...args: unknown[]): unknown {
    look(args, original)
    return Reflect.apply(original, this, args)
  })
}

function tear([descriptor, bytes, offset]: readonly unknown[], write: Method): void {
  if (!(bytes instanceof Uint8Array)) return
  const from = typeof offset === 'number' ? offset : 0
  write(descriptor, bytes, from, Math.floor((bytes.length - from) * Number(KILL_TORN ?? 0)))
}

function watchDisk(): void {
  for (const method of ['renameSync', 'mkdirSync', 'rmSync', 'writeFileSync', 'fsync', 'fsyncSync'])
    watch(fs, method, () => happens(method))
  for (const method of ['rename', 'unlink', 'rm', 'mkdir', 'writeFile'])
    watch(fs.promises, method, () => happens(method))
  watch(fs, 'writeSync', (args, original) => happens('writeSync', () => tear(args, original)))
  watch(DatabaseSync.prototype, 'exec', ([sql]) => happens(String(sql).split(/[ ;]/, 1)[0] ?? ''))
  watch(StatementSync.prototype, 'run', () => happens('run'))
  syncBuiltinESMExports()
}

function stopClock(at: number): void {
  const RealDate = Date
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [at] : args, newTarget),
    get: (target, name) => (name === 'now' ? () => at : Reflect.get(target, name)),
  })
}

if (isMainThread) {
  const { writeFileSync } = fs
  watchDisk()
  if (CLOCK !== undefined) stopClock(Date.parse(CLOCK))
  if (EVENTS !== undefined) process.once('exit', () => writeFileSync(EVENTS, names.join('\n')))
}
