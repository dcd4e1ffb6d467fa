export const LBRY_CLAIM_ERROR_CODES = [
  'CLAIM_ABSENT',
  'CLAIM_AMBIGUOUS',
  'CLAIM_INVALID',
  'CLAIM_LEGACY',
  'CLAIM_KEY_INVALID',
  'CLAIM_TRANSACTION_INVALID',
] as const
export type LbryClaimErrorCode = (typeof LBRY_CLAIM_ERROR_CODES)[number]

/** What can be wrong with a transaction and the claim in it. Codes are never renamed or reused. */
export class LbryClaimError extends Error {
  override name = 'LbryClaimError' as const
  readonly code: LbryClaimErrorCode
  /** One sentence telling an operator what to do next; absent when there is nothing useful to say. */
  readonly hint: string | undefined

  constructor(code: LbryClaimErrorCode, message: string, options: ErrorOptions & { readonly hint?: string } = {}) {
    super(message, options)
    this.code = code
    this.hint = options.hint
  }
}
