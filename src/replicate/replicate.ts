import { HoldfastError } from '../model/errors.ts'
import type { PinEngine, PinRequest } from './engine.ts'

/** What one engine made of one bundle. */
export type PinOutcome =
  | { readonly engine: string; readonly status: 'kept' }
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
        await engine.pin(request, { signal })
        return { engine: engine.name, status: 'kept' }
      } catch (error) {
        if (!(error instanceof HoldfastError)) throw error
        return { engine: engine.name, status: 'failed', error }
      }
    }),
  )
}
