import { type LbryDaemon, LbryDaemonError } from '../../lbry-sdk-client/index.ts'
import type { SdBlobs } from './sd-blobs.ts'

const ANSWER_MS = 30_000

/**
 * Asks the daemon itself for descriptors of streams that it holds. Only those: for any other blob it would search the network
 * and not stop. Needs its DHT component, and is known from its source alone, so that a failure leaves the equality as it was.
 */
export function daemonSdBlobs(daemon: LbryDaemon): SdBlobs {
  return async (sdHash, signal) => {
    const limits = { signal, timeoutMs: ANSWER_MS }
    try {
      const { items } = await daemon.call('blob_list', { sd_hash: sdHash, finished: true, page_size: 1 }, limits)
      if (!items.includes(sdHash)) return undefined
      return Buffer.from(await daemon.call('blob_get', { blob_hash: sdHash, read: true }, limits))
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof LbryDaemonError) return undefined
      throw error
    }
  }
}
