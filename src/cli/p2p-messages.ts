import * as v from 'valibot'
import type { Problem } from '../model/errors.ts'
import type { P2pSettings } from '../p2p/settings.ts'

/** What `serve` tells its libp2p process, once. Secrets are not among it: that process reads its seed itself. */
export interface P2pOrder {
  /** Absolute. */
  readonly home: string
  readonly settings: P2pSettings
}

/** What the libp2p process tells. `refused` is its last word. */
export type P2pNews =
  | { readonly type: 'ready'; readonly peerId: string; readonly multiaddrs: readonly string[] }
  | { readonly type: 'problem'; readonly problem: Problem }
  | { readonly type: 'refused'; readonly problem: Problem }

const texts = v.array(v.string())
const settings = v.object({
  listen: texts,
  allowRemote: v.boolean(),
  announce: texts,
  peers: texts,
  maxConnections: v.number(),
  maxQueuedBytes: v.number(),
})
const order = v.object({ home: v.string(), settings })
const problem = v.object({
  code: v.string(),
  message: v.string(),
  hint: v.exactOptional(v.string()),
  path: v.exactOptional(v.string()),
})
const news = v.variant('type', [
  v.object({ type: v.literal('ready'), peerId: v.string(), multiaddrs: texts }),
  v.object({ type: v.literal('problem'), problem }),
  v.object({ type: v.literal('refused'), problem }),
])

export function parseOrder(message: unknown): P2pOrder {
  return v.parse(order, message)
}

export function parseNews(message: unknown): P2pNews {
  return v.parse(news, message)
}
