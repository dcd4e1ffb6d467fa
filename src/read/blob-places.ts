import { hash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { Problem } from '../model/errors.ts'
import { problemOf } from '../model/errors.ts'
import { ReadError } from './errors.ts'
import { readBlobFile } from './lbry-evidence.ts'
import { requireWayTo } from './onion.ts'

/** Places that may have blobs of LBRY, as one. */
export interface BlobPlaces {
  /**
   * Gets one blob from the first place that has it, and checks it against its name.
   *
   * @param name - SHA-384 of the blob; 96 lower-case hexadecimal digits.
   * @param maxBytes - no more is read from any place.
   * @throws {ReadError} `SOURCES_EXHAUSTED` with the last fault as its cause; the same call may work later.
   */
  fetch(name: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array>
}

type Get = (name: string, maxBytes: number, signal: AbortSignal) => Promise<Uint8Array | undefined>

interface Place {
  readonly name: string
  readonly get: Get
  faults: number
}

/**
 * @param places - directories of blobs, or addresses: the name is put behind them, after a slash unless they end in `=`.
 * @param onFault - called for each answer that did not check out.
 * @throws {ReadError} `EVIDENCE_UNREADABLE` for what is no directory, `ONION_NEEDS_PROXY`.
 */
export async function openBlobPlaces(
  places: readonly string[],
  onFault: (place: string, problem: Problem) => void,
): Promise<BlobPlaces> {
  const open: Place[] = []
  for (const name of places) open.push({ name, get: await placeAt(name), faults: 0 })
  return {
    async fetch(name, maxBytes, signal) {
      let last: unknown
      // A place that lies or fails is asked last; one that just lacks a blob is not at fault.
      for (const place of open.toSorted((a, b) => a.faults - b.faults)) {
        try {
          const bytes = await place.get(name, maxBytes, signal)
          if (bytes === undefined) continue
          if (hash('sha384', bytes, 'hex') !== name) throw wrong(place.name, name)
          return bytes
        } catch (error) {
          signal.throwIfAborted()
          last = error
          place.faults += 1
          onFault(place.name, problemOf(error))
        }
      }
      throw new ReadError('SOURCES_EXHAUSTED', `no place gave blob ${name.slice(0, 16)}… of LBRY`, {
        hint: 'run the same command again later, or name more places with --lbry-blobs: what is fetched already is kept',
        cause: last,
      })
    },
  }
}

async function placeAt(name: string): Promise<Get> {
  if (/^https?:\/\//i.test(name)) {
    requireWayTo(name)
    return fromAddress(name.endsWith('=') ? name : `${name.replace(/\/+$/, '')}/`)
  }
  const status = await stat(name).catch(() => undefined)
  if (status?.isDirectory() !== true) {
    throw new ReadError('EVIDENCE_UNREADABLE', `${name} is neither an address nor a directory of blobs`, {
      hint: 'give the address of a blob server, or the directory `blobfiles` of a daemon',
    })
  }
  return (blob) => readBlobFile(name, blob)
}

function fromAddress(prefix: string): Get {
  return async (name, maxBytes, signal) => {
    // undici takes 60 ms to load, and directories need none of it.
    const { httpGet } = await import('./http-get.ts')
    const { status, body } = await httpGet(`${prefix}${name}`, { maxBytes, signal })
    if ([404, 410, 451].includes(status)) return undefined
    if (status === 200) return body
    throw new ReadError('SOURCE_UNREACHABLE', `${new URL(prefix).host} answered ${status} for a blob`, {
      hint: 'it has troubles of its own: try it again later',
    })
  }
}

function wrong(place: string, name: string): ReadError {
  const where = URL.canParse(place) ? new URL(place).host : place
  return new ReadError('BLOB_WRONG', `${where} gave other bytes than blob ${name.slice(0, 16)}…`, {
    hint: 'this place is broken or lies; its bytes were thrown away',
  })
}
