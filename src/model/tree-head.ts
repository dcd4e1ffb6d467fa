/** The head of an append-only log: how many statements, and the RFC 6962 root hash over them. */
export interface TreeHead {
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
}
