import type { CID } from 'multiformats/cid'
import { cidText } from '../model/content-id.ts'
import { failureOf, unknownAnswer } from './engine-answer.ts'
import { ask, type EngineLine } from './engine-http.ts'

/** 2 MiB is the most that IPFS passes around. */
const MAX_BLOCK_BYTES = 2_097_152

/**
 * One block from a trustless gateway, which is asked not to fetch it from others. Its hash is for the caller to check. Nothing
 * when the gateway does not have it.
 *
 * @throws {ReplicateError} `ENGINE_…`.
 * @see https://specs.ipfs.tech/http-gateways/trustless-gateway/
 */
export async function blockFromGateway(
  gateway: EngineLine,
  cid: CID,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const headers = { accept: 'application/vnd.ipld.raw', 'cache-control': 'only-if-cached' }
  const path = `ipfs/${cidText(cid)}`
  const what = { method: 'GET', path, query: { format: 'raw' }, headers, maxBytes: MAX_BLOCK_BYTES, signal } as const
  const said = await ask(gateway, what)
  if (said.status === 200) return said.bytes
  // 412: not here, and not fetched; 404 and 410 from those that never fetch. Source: path gateway specification, 2.1.3.
  if (said.status === 404 || said.status === 410 || said.status === 412) return undefined
  throw failureOf(gateway, said, undefined) ?? unknownAnswer(gateway, `status ${said.status}`)
}
