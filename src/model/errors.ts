/**
 * Root of every failure that Holdfast raises on purpose. One subclass a stage, each with a closed union of codes that
 * stands in that folder's `errors.ts` as a `const` array and in docs/ERRORS.md. Codes are public: never renamed, never
 * reused. The message says what happened in one sentence without secrets; it may name a local path, so it is for the
 * terminal and never for anything that is published.
 */
export abstract class HoldfastError<Code extends string = string> extends Error {
  readonly code: Code
  /** One sentence telling an operator what to do next; absent when there is nothing useful to say. */
  readonly hint: string | undefined

  constructor(code: Code, message: string, options: ErrorOptions & { readonly hint?: string } = {}) {
    super(message, options)
    this.code = code
    this.hint = options.hint
  }
}

/** A fault that is reported beside the work that went on: one file of many, one source of several. */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly hint?: string
  /** Path on this machine; shown on the terminal, never published. */
  readonly path?: string
}

/** Turns a deliberate failure into a reportable value; anything else is a bug and is thrown on. */
export function problemOf(error: unknown, path?: string): Problem {
  if (!(error instanceof HoldfastError)) throw error
  return {
    code: error.code,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(path === undefined ? {} : { path }),
  }
}
