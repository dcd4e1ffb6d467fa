/**
 * `verified` follows from cryptography and from what the caller said it knows; `claimed` is what somebody says, with nothing
 * against it; `not-checked` could not be looked at with what was given; `failed` is contradicted.
 */
export type Verdict = 'verified' | 'claimed' | 'not-checked' | 'failed'

/** What is looked at, in the order in which one thing rests on another. Additions only. */
export const STEP_NAMES = [
  'transaction',
  'claim-id',
  'name',
  'channel',
  'channel-key',
  'signature',
  'source',
  'block',
  'descriptor',
  'file',
  'source-hash',
] as const
export type StepName = (typeof STEP_NAMES)[number]

export interface Step {
  readonly step: StepName
  readonly verdict: Verdict
  /** One sentence for people. Holds ids and numbers only, no text of the claim. */
  readonly detail: string
}

export function aStep(step: StepName, verdict: Verdict, detail: string): Step {
  return { step, verdict, detail }
}
