import type { PinOptions } from '../../replicate/engine.ts'
import type { OnEvent } from '../events.ts'
import { type Accepted, MOST_SETTLED } from './settle.ts'

/** What one engine says in one run, passed on, and what of it is needed later. */
export interface HeardEngine {
  readonly onEvent: OnEvent
  readonly pin: Required<Pick<PinOptions, 'onBytes' | 'onDelegates'>>
  /** What it accepted, oldest first; no more than are asked for at the end. */
  readonly accepted: readonly Accepted[]
  /** Bundles that are dealt with, for the line of progress. */
  doneItems: number
}

/** Addresses of nodes that fetch, after which no more are told. */
const MOST_DELEGATES = 50

export function hearEngine(name: string, onEvent: OnEvent): HeardEngine {
  const accepted: Accepted[] = []
  const known = new Set<string>()
  let sentBytes = 0
  const heard: HeardEngine = {
    ...{ accepted, doneItems: 0 },
    onEvent(event) {
      onEvent(event)
      if (event.type !== 'replicated' || event.state !== 'accepted' || accepted.length >= MOST_SETTLED) return
      accepted.push({ id: event.id, root: event.root })
    },
    pin: {
      onBytes(bytes) {
        sentBytes += bytes
        const { doneItems } = heard
        onEvent({ type: 'progress', label: `sending to ${name}`, doneBytes: sentBytes, doneItems })
      },
      onDelegates(given) {
        const addresses = given.filter((address) => !known.has(address))
        if (addresses.length === 0 || known.size > MOST_DELEGATES) return
        for (const address of addresses) known.add(address)
        onEvent({ type: 'delegates', engine: name, addresses })
      },
    },
  }
  return heard
}
