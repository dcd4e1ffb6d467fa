import { walkDag } from '../../address/walk-dag.ts'
import { parseCid } from '../../model/content-id.ts'
import type { PinRequest } from '../../replicate/engine.ts'
import type { Home } from '../home.ts'

/** What an engine is handed of one version of a bundle: nothing is read before it asks, and nothing is staged on disk. */
export function pinRequest(home: Home, id: string, root: string): PinRequest {
  return { id, root, blocks: (signal) => walkDag(home.content, parseCid(root), { signal }) }
}
