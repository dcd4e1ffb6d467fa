import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import { readCar } from '../src/address/car.ts'
import { filmFolder, holdfast, publishedFilm, serve } from './film-home.ts'
import { rate, sha256Floor } from './large-file.ts'
import type { Bench, Prepared } from './run.ts'

const { signal } = new AbortController()

/** Asks for the bundle as one CAR and hashes every block of it. @returns MB/s of the film. */
async function takeCar(url: string, root: string, film: string): Promise<number> {
  const start = performance.now()
  const { statusCode, body } = await request(`${url}/ipfs/${root}?format=car`)
  if (statusCode !== 200) throw new Error(`the gateway answered ${statusCode}`)
  const car = await readCar(body, { signal, maxBytes: Number.POSITIVE_INFINITY })
  for await (const _ of car.blocks);
  return rate(film, start)
}

async function carToClient(dir: string, measured: 'speed' | 'memory of the server'): Promise<Prepared> {
  const { film } = filmFolder(dir)
  const { home, root } = await publishedFilm(dir)
  const server = await serve(home)
  const base = {
    close: () => server[Symbol.asyncDispose](),
  }
  if (measured === 'speed')
    return { ...base, floor: () => sha256Floor(film), value: () => takeCar(server.url, root, film) }
  return {
    ...base,
    async value() {
      await takeCar(server.url, root, film)
      return server.peakRssMb()
    },
  }
}

/** `get` as a user runs it, into an empty directory. */
async function getToDisk(dir: string): Promise<Prepared> {
  const { film } = filmFolder(dir)
  const { home, root } = await publishedFilm(dir)
  const server = await serve(home)
  return {
    floor: () => sha256Floor(film),
    async value() {
      const out = mkdtempSync(join(dir, 'got-'))
      const start = performance.now()
      await holdfast(join(out, 'no-home'), [
        ...['get', root, '--manifest', `${server.url}/manifest/`, '--policy', join(home, 'policy.txt')],
        ...['--from', server.url, '-o', join(out, 'bundle')],
      ])
      const speed = rate(film, start)
      await rm(out, { recursive: true })
      return speed
    },
    close: () => server[Symbol.asyncDispose](),
  }
}

export const benches: readonly Bench[] = [
  {
    name: 'gateway CAR of 1 GiB to our verifying client',
    unit: 'MB/s',
    target: { ratioAtLeast: 0.3, rssMbAtMost: 250 },
    prepare: (dir) => carToClient(dir, 'speed'),
  },
  {
    name: 'memory of the gateway that sends it',
    unit: 'MB',
    target: { valueAtMost: 250 },
    rounds: 1,
    prepare: (dir) => carToClient(dir, 'memory of the server'),
  },
  { name: 'get of 1 GiB from the gateway to disk', unit: 'MB/s', target: {}, prepare: getToDisk },
]
