/** What an engine is asked to keep. */
export interface PinRequest {
  /** Citation id of the bundle, for the engine's own lists. */
  readonly id: string
  /** Root CID, base32. */
  readonly root: string
}

/** Somewhere that promises to keep a DAG. */
export interface PinEngine {
  readonly name: string
  /**
   * Resolves once the engine holds every block under `root`. Pinning what is already pinned succeeds.
   *
   * @throws {ReplicateError} `BUNDLE_INCOMPLETE`: the bundle cannot be kept as it is now; a later run may succeed.
   */
  pin(request: PinRequest, options: { readonly signal: AbortSignal }): Promise<void>
}
