import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { filmFolder, holdfast, publishedFilm, serve } from './film-home.ts'
import { rate, sha256Floor } from './large-file.ts'
import type { Bench, Prepared } from './run.ts'

const PROGRAM = fileURLToPath(new URL('../bin/holdfast.ts', import.meta.url))
/** It is killed with so much of the film there: what is left to fetch takes little of the time. */
const KILLED_AT = 0.9
/** Documents, nodes, and blocks that were under way when it was killed. */
const SLACK_BYTES = 48e6

/** Fetches until most of the film is there, and is killed. @returns bytes that the part file has. */
async function killedInTheMiddle(mirror: string, film: string): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, 'mirror', 'sync', '--home', mirror], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  const content = join(mirror, 'mirrors', 'film', 'content')
  const have = (): number => {
    const names = existsSync(content) ? readdirSync(content, { recursive: true, encoding: 'utf8' }) : []
    return Math.max(
      0,
      ...names.filter((name) => name.endsWith('.part')).map((name) => statSync(join(content, name)).size),
    )
  }
  while (have() < statSync(film).size * KILLED_AT && child.exitCode === null) await sleep(5)
  if (child.exitCode !== null) throw new Error('the mirror was done before it could be killed')
  child.kill('SIGKILL')
  await ended
  return have()
}

/** @returns MB/s of the film, from the start of the second process to its end. */
async function restart(dir: string, home: string, url: string): Promise<number> {
  const { film } = filmFolder(dir)
  const mirror = join(mkdtempSync(join(dir, 'restart-')), 'home')
  await holdfast(mirror, ['init', '--mirror', '--no-passphrase'])
  await holdfast(mirror, ['mirror', 'add', 'film', '--from', url, '--policy', join(home, 'policy.txt')])
  const had = await killedInTheMiddle(mirror, film)
  const began = performance.now()
  const events = await holdfast(mirror, ['mirror', 'sync'])
  const speed = rate(film, began)
  const [status] = await holdfast(mirror, ['mirror', 'status'])
  const sources = status?.['sources']
  const came = Array.isArray(sources) ? Number(sources[0]?.bytes) : Number.NaN
  if (events.at(-1)?.['held'] !== 1) throw new Error(JSON.stringify(events))
  const lacked = statSync(film).size - had
  if (!(came <= lacked + SLACK_BYTES)) throw new Error(`${came} bytes came, and ${lacked} lacked`)
  rmSync(join(mirror, '..'), { recursive: true })
  return speed
}

async function prepared(dir: string): Promise<Prepared> {
  const { film } = filmFolder(dir)
  const { home } = await publishedFilm(dir)
  const server = await serve(home)
  return {
    floor: () => sha256Floor(film),
    value: () => restart(dir, home, server.url),
    close: () => server[Symbol.asyncDispose](),
  }
}

export const benches: readonly Bench[] = [
  {
    name: 'restart of a mirror that was killed with nine tenths of 1 GiB there',
    unit: 'MB/s',
    // What is there is read twice, once to see what lacks and once as a whole before it gets its name.
    target: { ratioAtLeast: 0.4 },
    prepare: prepared,
  },
]
