/** What `[p2p]` says; addresses as typed. */
export interface P2pSettings {
  readonly listen: readonly string[]
  readonly allowRemote: boolean
  readonly announce: readonly string[]
  readonly peers: readonly string[]
  readonly maxConnections: number
  readonly maxQueuedBytes: number
}
