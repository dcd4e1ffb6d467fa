import { HoldfastError } from '../model/errors.ts'
import type { PinEngine, PinRequest, PinState } from './engine.ts'

/** What one engine made of one bundle. */
export type PinOutcome =
  | { readonly engine: string; readonly status: Exclude<PinState, 'absent'> }
  | { readonly engine: string; readonly status: 'failed'; readonly error: HoldfastError }

/** Asks all engines at once; one that fails hides nothing of the others. Anything but a deliberate failure is thrown. */
export async function replicate(
  request: PinRequest,
  engines: readonly PinEngine[],
  signal: AbortSignal,
): Promise<readonly PinOutcome[]> {
  return Promise.all(
    engines.map(async (engine): Promise<PinOutcome> => {
      try {
        return { engine: engine.name, status: await engine.pin(request, { signal }) }
      } catch (error) {
        if (!(error instanceof HoldfastError)) throw error
        return { engine: engine.name, status: 'failed', error }
      }
    }),
  )
}
