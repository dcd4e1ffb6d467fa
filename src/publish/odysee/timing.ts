/** How long and how often Odysee is waited for. All in milliseconds. */
export interface OdyseeTiming {
  /** One plain question. @default 2 minutes */
  readonly askMs: number
  /** One call that makes a transaction: the service itself gives up after 240 to 420 s (facts 4.1). @default 8 minutes */
  readonly spendMs: number
  /** An upload in which not a byte moves. @default 5 minutes */
  readonly stallMs: number
  /** Pauses before a question is repeated; as many repetitions. @default 1 s, 3 s, 7 s, as Odysee's own client */
  readonly retryMs: readonly number[]
  /** The same for uploads, counted anew whenever bytes arrived. @default 0, 3, 5, 10 and 15 s */
  readonly uploadRetryMs: readonly number[]
  /** The longest pause that a `Retry-After` is obeyed for within one run. @default 1 minute */
  readonly patienceMs: number
  /** Before the first look at a query. @default 2 s */
  readonly firstPollMs: number
  /** Between looks. @default 10 s */
  readonly pollMs: number
  /** After the query was made; then it is left to the next run. @default 30 minutes */
  readonly pollForMs: number
  /**
   * How long nothing new is made after a query failed in a way that may have made a claim all the same: longer than the
   * service's own call to its wallet can last. @default 15 minutes
   */
  readonly quietMs: number
  /** Age from which a create call that was never answered, and shows no claim, counts as never arrived. @default 24 hours */
  readonly forgottenMs: number
}

export const DEFAULT_TIMING: OdyseeTiming = {
  askMs: 120_000,
  spendMs: 480_000,
  stallMs: 300_000,
  retryMs: [1_000, 3_000, 7_000],
  uploadRetryMs: [0, 3_000, 5_000, 10_000, 15_000],
  patienceMs: 60_000,
  firstPollMs: 2_000,
  pollMs: 10_000,
  pollForMs: 30 * 60_000,
  quietMs: 15 * 60_000,
  forgottenMs: 24 * 3_600_000,
}
