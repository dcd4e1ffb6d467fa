import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Film, filmFolder, holdfast, publishedFilm, serve, start } from './film-home.ts'
import { rate, sha256Floor } from './large-file.ts'
import type { Bench, Prepared } from './run.ts'

/** A mirror's home that follows one server and has nothing of it yet. */
async function emptyMirror(
  dir: string,
  { home, url }: { readonly home: string; readonly url: string },
): Promise<string> {
  const mirror = join(mkdtempSync(join(dir, 'mirror-')), 'home')
  await holdfast(mirror, ['init', '--mirror', '--no-passphrase'])
  await holdfast(mirror, ['mirror', 'add', 'film', '--from', url, '--policy', join(home, 'policy.txt')])
  return mirror
}

/** @returns MB/s of the film, from the start of the process to its end, and the most memory that it held. */
async function syncWhole(
  dir: string,
  { film, home, url }: { readonly film: string; readonly home: string; readonly url: string },
): Promise<{ readonly speed: number; readonly rssMb: number }> {
  const mirror = await emptyMirror(dir, { home, url })
  const began = performance.now()
  const { rssMb } = await start(mirror, ['mirror', 'sync'])
  const speed = rate(film, began)
  if (!isHeld(mirror, statSync(film).size)) throw new Error('the mirror does not hold the film')
  rmSync(join(mirror, '..'), { recursive: true })
  return { speed, rssMb }
}

function isHeld(mirror: string, bytes: number): boolean {
  const content = join(mirror, 'mirrors', 'film', 'content')
  const files = existsSync(content) ? readdirSync(content, { recursive: true, encoding: 'utf8' }) : []
  return files.some((file) => statSync(join(content, file)).size === bytes)
}

async function prepared(dir: string, measured: 'speed' | 'rssMb', which: Film = 'film'): Promise<Prepared> {
  const { film } = filmFolder(dir, which)
  const { home } = await publishedFilm(dir, which)
  const server = await serve(home)
  return {
    ...(measured === 'speed' ? { floor: () => sha256Floor(film) } : {}),
    value: async () => (await syncWhole(dir, { film, home, url: server.url }))[measured],
    close: () => server[Symbol.asyncDispose](),
  }
}

export const benches: readonly Bench[] = [
  {
    name: 'mirror of 1 GiB over HTTP to disk',
    unit: 'MB/s',
    target: { ratioAtLeast: 0.2 },
    prepare: (dir) => prepared(dir, 'speed'),
  },
  {
    name: 'memory of the mirror that fetches it',
    unit: 'MB',
    target: { valueAtMost: 250 },
    prepare: (dir) => prepared(dir, 'rssMb'),
  },
  {
    name: 'memory of a mirror that fetches 8 GiB',
    unit: 'MB',
    target: { valueAtMost: 250 },
    rounds: 1,
    onlyWhenNamed: true,
    prepare: (dir) => prepared(dir, 'rssMb', 'long-film'),
  },
]
