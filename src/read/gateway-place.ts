import { hash } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { cidText, SHA2_256 } from '../model/content-id.ts'
import type { BlockPlace } from './block-source.ts'
import { takeLeaves } from './car-leaves.ts'
import { ReadError } from './errors.ts'
import { httpGet, httpGetBody } from './http-get.ts'

/** Largest block that IPFS exchanges; ours are at most 1 MiB. */
const MAX_BLOCK_BYTES = 2 * 1024 * 1024
/** Inner nodes and section heads beside a run of leaves; a node of 1,024 links has 50 kB, and a path has six at most. */
const MAX_BESIDE_BYTES = 1024 * 1024
/** Answers of a gateway that has not what was asked for. */
const NOT_THERE: readonly number[] = [404, 410, 451]
const CAR = 'application/vnd.ipld.car'

/**
 * A trustless gateway: single blocks, and CARs of a range of a file where it makes these.
 *
 * @param base - root of the gateway, without a slash at its end.
 * @see https://specs.ipfs.tech/http-gateways/trustless-gateway/
 */
export function gatewayPlace(base: string): BlockPlace {
  const { host } = new URL(base)
  let makesCars = true
  return {
    fetch: (cid, signal) => fetchBlock(base, cid, signal),
    async fetchLeaves(file, leaves, sink, signal) {
      const [first, last] = [leaves[0], leaves.at(-1)]
      if (!makesCars || first === undefined || last === undefined) return
      const range = `${first.offset}:${last.offset + last.bytes - 1}`
      const url = `${base}/ipfs/${cidText(file)}?format=car&dag-scope=entity&entity-bytes=${range}&car-order=dfs&car-dups=y`
      const maxBytes = leaves.reduce((sum, { bytes }) => sum + bytes, MAX_BESIDE_BYTES)
      const headers = { accept: `${CAR}; version=1; order=dfs; dups=y` }
      await httpGetBody(
        url,
        { maxBytes, signal, headers },
        async ({ status, headers: { 'content-type': type }, body }) => {
          if (NOT_THERE.includes(status)) return
          if (status >= 500 || status === 429) throw troubled(host, status)
          makesCars = status === 200 && isOrderedCar(type)
          if (makesCars) await takeLeaves(host, body, leaves, sink)
        },
      )
    },
  }
}

/** Depth first and with repetitions, or nothing said of it. Source: trustless-gateway, "CAR `order`" and "CAR `dups`". */
function isOrderedCar(contentType = ''): boolean {
  const [type, ...parameters] = contentType.split(';').map((part) => part.trim())
  return type === CAR && !parameters.includes('dups=n') && !parameters.includes('order=unk')
}

async function fetchBlock(base: string, cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const answer = await httpGet(`${base}/ipfs/${cid.toString()}?format=raw`, {
    maxBytes: MAX_BLOCK_BYTES,
    signal,
    headers: { accept: 'application/vnd.ipld.raw' },
  })
  const { host } = new URL(base)
  if (NOT_THERE.includes(answer.status)) return undefined
  if (answer.status !== 200) throw troubled(host, answer.status)
  if (!matches(cid, answer.body)) throw wrongBlock(host, cid)
  return answer.body
}

function troubled(host: string, status: number): ReadError {
  return new ReadError('SOURCE_UNREACHABLE', `${host} answered ${status} for a block`, {
    hint: 'it has troubles of its own: try it again later',
  })
}

function wrongBlock(host: string, cid: CID): ReadError {
  return new ReadError('BLOCK_WRONG', `${host} gave other bytes than ${cid.toString()}`, {
    hint: 'this source is broken or lies; its bytes were thrown away',
  })
}

/** SHA-256 only: the profile has no other hash, and identity CIDs are never written by us. */
function matches(cid: CID, bytes: Uint8Array): boolean {
  if (cid.multihash.code !== SHA2_256) return false
  return hash('sha256', bytes, 'buffer').equals(cid.multihash.digest)
}
