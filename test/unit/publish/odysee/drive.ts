import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { HoldfastError } from '../../../../src/model/errors.ts'
import type { OdyseeOptions } from '../../../../src/publish/odysee/target.ts'
import type { Ledger, Offer, Outcome } from '../../../../src/publish/target.ts'
import { aStep, type OdyseeWorld, TOKEN } from './an-odysee-world.ts'

/** How one run ended: an outcome, or what it threw on the way. */
export type Ended = Outcome | { readonly status: 'threw'; readonly code: string; readonly error: unknown }

export interface DriveOptions {
  readonly options?: Partial<OdyseeOptions>
  readonly runs?: number
}

const MINUTES = 60_000

/**
 * Runs again and again, each time as a new process would with nothing but the ledger, twenty minutes apart, until the
 * claim is there.
 */
export async function drive(
  world: OdyseeWorld,
  offer: Offer,
  ledger: Ledger,
  { options = {}, runs = 8 }: DriveOptions = {},
): Promise<Ended[]> {
  const ends: Ended[] = []
  for (let run = 0; run < runs; run += 1) {
    const now = (): number => Date.now() + run * 20 * MINUTES
    const ended = await runOnce(world, offer, ledger, { now, ...options })
    ends.push(ended)
    assertNoSecret(ended)
    assertNoSecret(ledger.evidence)
    if (ended.status === 'copied' || ended.status === 'adopted' || ended.status === 'refused') return ends
  }
  return ends
}

export async function runOnce(
  world: OdyseeWorld,
  offer: Offer,
  ledger: Ledger,
  options: Partial<OdyseeOptions> = {},
): Promise<Ended> {
  const target = world.open(options)
  const signal = new AbortController().signal
  try {
    await target.prepare(signal)
    return await target.publish(offer, aStep(ledger, signal))
  } catch (error) {
    assert.ok(error instanceof HoldfastError, inspect(error))
    return { status: 'threw', code: error.code, error }
  }
}

/** Neither the token nor a leave to upload, nor what the file is called here, in anything that a log could get. */
export function assertNoSecret(value: unknown): void {
  const text = `${inspect(value, { depth: 20, showHidden: true })}${JSON.stringify(value)}`
  assert.doesNotMatch(text, new RegExp(`${TOKEN}|eyJ|Secret Name`))
}
