import { cidText, parseCid } from '../../model/content-id.ts'
import { ReadError } from '../../read/errors.ts'
import { httpGet } from '../../read/http-get.ts'
import { requireWayTo } from '../../read/onion.ts'
import type { PinEngine } from '../../replicate/engine.ts'
import { ReplicateError } from '../../replicate/errors.ts'

/** Largest block that IPFS exchanges; ours are at most 1 MiB. */
const MAX_BLOCK_BYTES = 2_097_152
/** It does not have it, would have to fetch it from others, or stopped giving it: withdrawn, or withdrawn for a legal reason. */
const ABSENT: readonly number[] = [404, 410, 412, 451]
/** How `holdfast serve` begins its answer (503) when a file of its own is gone, damaged or changing. */
const UNAVAILABLE = 'CONTENT_UNAVAILABLE'
/** What is fetched for the occasion, perhaps from this very archive, is no copy. @see https://specs.ipfs.tech/http-gateways/path-gateway/ */
const HEADERS = { accept: 'application/vnd.ipld.raw', 'cache-control': 'only-if-cached' }
/** The empty block in its own CID, by which every gateway can be asked whether it is one. @see https://specs.ipfs.tech/http-gateways/trustless-gateway/ */
const EMPTY = 'bafkqaaa'
const LATER = 'see that its address is right and that it runs, then audit it again'

/**
 * A mirror or gateway that somebody else runs, as a place that may have our bundles. It took them by itself and drops them by
 * itself, so it is never sent anything; that it gives the root of a bundle is its claim to have the bundle.
 *
 * @param url - what `/ipfs/CID` is below.
 * @throws {ReplicateError} `ENGINE_REMOTE_REFUSED`. @throws {ReadError} `ONION_NEEDS_PROXY`.
 */
export function mirrorPlace(name: string, url: string): PinEngine {
  const base = baseOf(url)
  const read: PinEngine['readBlock'] = async (_root, cid, signal) => {
    const url = `${base}/ipfs/${cidText(cid)}?format=raw`
    const { status, body } = await get(url, name, signal)
    if (status === 200) return body
    if (ABSENT.includes(status) || (status === 503 && isUnavailable(body))) return undefined
    throw failing(name, status)
  }
  const refuse = async (): Promise<never> => {
    throw new ReplicateError('ENGINE_REFUSED', `${name} is somebody else's, and is only read`)
  }
  return {
    ...{ name, isReadOnly: true },
    async prepare(signal) {
      const { status } = await get(`${base}/ipfs/${EMPTY}?format=raw`, name, signal)
      if (status >= 500) throw failing(name, status)
    },
    pin: refuse,
    status: async (root, signal) => ((await read(root, parseCid(root), signal)) === undefined ? 'absent' : 'pinned'),
    remove: refuse,
    readBlock: read,
  }
}

function isUnavailable(body: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(body.subarray(0, UNAVAILABLE.length)) === UNAVAILABLE
}

function failing(name: string, status: number): ReplicateError {
  return new ReplicateError('ENGINE_UNREACHABLE', `${name} answers ${status} for a block`, { hint: LATER })
}

async function get(url: string, name: string, signal: AbortSignal): ReturnType<typeof httpGet> {
  try {
    return await httpGet(url, { maxBytes: MAX_BLOCK_BYTES, signal, headers: HEADERS })
  } catch (error) {
    if (!(error instanceof ReadError)) throw error
    // More than any block has is no block, and a fault of what is there.
    const code = error.code === 'SOURCE_ANSWER_TOO_LARGE' ? 'ENGINE_BYTES_DIFFER' : 'ENGINE_UNREACHABLE'
    throw new ReplicateError(code, `${name}: ${error.message}`, { cause: error, hint: LATER })
  }
}

function baseOf(text: string): string {
  const url = URL.parse(text)
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === ''
  if (!isPlain || url.username !== '' || url.password !== '') {
    throw new ReplicateError(
      'ENGINE_REMOTE_REFUSED',
      'the address of a mirror is no http or https URL, or holds a secret',
      {
        hint: 'give one such as https://mirror.example, below which /ipfs/CID is',
      },
    )
  }
  requireWayTo(url.href)
  return url.href.replace(/\/+$/u, '')
}
