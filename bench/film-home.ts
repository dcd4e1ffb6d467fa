import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { randomFile, sparseFile } from './large-file.ts'

const PROGRAM = fileURLToPath(new URL('../bin/holdfast.ts', import.meta.url))
const GIB = 1024 ** 3
const VIDEO = 'hfBenchFilm'

/** Runs the program as a user does, in a process of its own. @returns its JSON lines. */
export async function holdfast(home: string, args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args, '--home', home, '--json'], {
    env: environment(home),
  })
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
}

/**
 * Runs a command of the program and looks at its memory until it ends.
 *
 * @returns the most memory that it ever held, MB.
 */
export async function start(home: string, args: readonly string[]): Promise<{ readonly rssMb: number }> {
  const child = spawn(process.execPath, [PROGRAM, ...args, '--home', home, '--json'], {
    env: environment(home),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  let rssMb = 0
  // The kernel's mark only rises, so that the last look before the end is nearly the end.
  const looking = setInterval(() => {
    rssMb = Math.max(rssMb, peakRssMb(child.pid))
  }, 20)
  const [exit] = await once(child, 'exit')
  clearInterval(looking)
  if (exit !== 0) throw new Error(`${args.join(' ')} ended with ${exit}`)
  return { rssMb }
}

function peakRssMb(pid: number | undefined): number {
  try {
    return (1024 * Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0)) / 1e6
  } catch {
    return 0
  }
}

/** Of 1 GiB, of random bytes; or of 8 GiB, of zeros that take no room, where memory alone is measured. */
export type Film = 'film' | 'long-film'

/** A folder with one public film, as yt-dlp leaves it; made once. */
export function filmFolder(dir: string, which: Film = 'film'): { readonly folder: string; readonly film: string } {
  const folder = join(dir, `${which}-folder`)
  const film = join(folder, `Film [${VIDEO}].mp4`)
  if (existsSync(folder)) return { folder, film }
  mkdirSync(`${folder}.part`)
  const bytes = which === 'film' ? randomFile(dir, '1-gib', GIB) : sparseFile(dir, '8-gib', 8 * GIB)
  linkSync(bytes, join(`${folder}.part`, `Film [${VIDEO}].mp4`))
  const info = {
    ...{ id: VIDEO, title: 'Film', extractor: 'youtube', extractor_key: 'Youtube', _type: 'video', ext: 'mp4' },
    ...{ webpage_url: `https://www.youtube.com/watch?v=${VIDEO}`, availability: 'public', upload_date: '20190314' },
  }
  writeFileSync(join(`${folder}.part`, `Film [${VIDEO}].info.json`), JSON.stringify(info))
  renameSync(`${folder}.part`, folder)
  return { folder, film }
}

/** An empty home. */
export async function emptyHome(dir: string): Promise<string> {
  const home = join(mkdtempSync(join(dir, 'film-')), 'home')
  await holdfast(home, ['init', '--origin', 'bench.example/film', '--no-passphrase'])
  return home
}

/** A home that has published the film. @returns it and the root of the bundle. */
export async function publishedFilm(
  dir: string,
  which: Film = 'film',
): Promise<{ readonly home: string; readonly root: string }> {
  const home = await emptyHome(dir)
  await holdfast(home, ['add', filmFolder(dir, which).folder])
  const events = await holdfast(home, ['publish', '--yes'])
  const root = events.find(({ event }) => event === 'published')?.['root']
  if (typeof root !== 'string') throw new Error(`nothing was published: ${JSON.stringify(events)}`)
  return { home, root }
}

export interface Served extends AsyncDisposable {
  readonly url: string
  /** The most memory that the server ever held, MB. */
  peakRssMb(): number
}

/** Starts `serve` on a free port of this computer. */
export async function serve(home: string): Promise<Served> {
  const args = [PROGRAM, 'serve', '--listen', '127.0.0.1:0', '--home', home, '--json']
  const child = spawn(process.execPath, args, { env: environment(home), stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const { event, http } = JSON.parse(line)
    if (event !== 'ready') continue
    return {
      url: http,
      peakRssMb: () => peakRssMb(child.pid),
      async [Symbol.asyncDispose]() {
        child.kill('SIGTERM')
        await ended
      },
    }
  }
  throw new Error('the server ended before it was ready')
}

function environment(home: string): NodeJS.ProcessEnv {
  return { ...process.env, XDG_STATE_HOME: join(home, '../state') }
}
