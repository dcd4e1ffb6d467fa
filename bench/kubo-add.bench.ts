import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findPeer } from '../test/interop/peers.ts'
import { emptyHome, filmFolder, holdfast } from './film-home.ts'
import { rate } from './large-file.ts'
import type { Bench, Prepared } from './run.ts'

const kubo = findPeer('kubo')
const exec = promisify(execFile)

/** `ipfs add` of the same file with the same profile into an empty repository on the same disk, pinned. MB/s. */
async function ipfsAdd(program: string, dir: string, options: readonly string[]): Promise<number> {
  const { film } = filmFolder(dir)
  // Kubo refers to files only where they lie below the directory that holds its repository.
  const repository = mkdtempSync(join(dir, 'kubo-'))
  const env = { IPFS_PATH: repository, HOME: repository, IPFS_TELEMETRY: 'off' }
  const ipfs = (...args: readonly string[]): Promise<unknown> => exec(program, args, { env })
  await ipfs('init', '--profile=test,unixfs-v1-2025')
  await ipfs('config', '--json', 'Experimental.FilestoreEnabled', 'true')
  const start = performance.now()
  await ipfs('add', '--offline', '--quieter', '--progress=false', ...options, film)
  const speed = rate(film, start)
  rmSync(repository, { recursive: true })
  return speed
}

/** `holdfast add` of the folder that holds it into an empty home: CID and SHA-256 of the film, the bundle, the catalogue. */
async function ourAdd(dir: string): Promise<number> {
  const { folder, film } = filmFolder(dir)
  const home = await emptyHome(dir)
  const start = performance.now()
  await holdfast(home, ['add', folder])
  const speed = rate(film, start)
  rmSync(join(home, '..'), { recursive: true })
  return speed
}

function beside(name: string, options: readonly string[]): Bench {
  return {
    name,
    unit: 'MB/s',
    target: { ratioAtLeast: 1 },
    async prepare(dir): Promise<Prepared> {
      if (kubo.skip !== false) throw new Error(`skipped: ${kubo.skip}`)
      const { program } = kubo
      return { floor: () => ipfsAdd(program, dir, options), value: () => ourAdd(dir) }
    },
  }
}

/** The floor is what Kubo takes for the same; without Kubo there is nothing to compare. */
export const benches: readonly Bench[] =
  kubo.skip === false
    ? [
        beside('add of 1 GiB as a process, beside `ipfs add`', []),
        beside('add of 1 GiB as a process, beside `ipfs add --nocopy`', ['--nocopy', '--raw-leaves']),
      ]
    : []
