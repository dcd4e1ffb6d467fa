import { HoldfastError } from '../model/errors.ts'

export const REPLICATE_ERROR_CODES = [
  'BUNDLE_INCOMPLETE',
  'ENGINE_UNREACHABLE',
  'ENGINE_BUSY',
  'ENGINE_FULL',
  'ENGINE_REFUSED',
  'ENGINE_AUTH_REFUSED',
  'ENGINE_ANSWER_UNKNOWN',
  'ENGINE_WRONG_ROOT',
  'ENGINE_BYTES_DIFFER',
  'ENGINE_UNREADABLE',
  'ENGINE_REMOTE_REFUSED',
] as const
export type ReplicateErrorCode = (typeof REPLICATE_ERROR_CODES)[number]

/** An engine could not keep a bundle, or not do what else it was asked. */
export class ReplicateError extends HoldfastError<ReplicateErrorCode> {
  override name = 'ReplicateError' as const
  /** Milliseconds after which the engine wants to be asked again; only of `ENGINE_BUSY`, and only if it said so. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: ReplicateErrorCode,
    message: string,
    options: ErrorOptions & { readonly hint?: string; readonly retryAfterMs?: number } = {},
  ) {
    super(code, message, options)
    this.retryAfterMs = options.retryAfterMs
  }
}

/** True for faults of the engine as a whole: no other bundle would fare better now. */
export function stopsEngine(code: string): boolean {
  return STOPPING.has(code)
}

const STOPPING: ReadonlySet<string> = new Set<ReplicateErrorCode>([
  'ENGINE_UNREACHABLE',
  'ENGINE_BUSY',
  'ENGINE_FULL',
  'ENGINE_AUTH_REFUSED',
  'ENGINE_REMOTE_REFUSED',
])
