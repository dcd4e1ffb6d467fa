import type { Home } from '../home.ts'
import type { Plan } from '../plan.ts'

/** How much an engine would be sent if this plan were published now. Bytes are those of the files, whatever it has of them. */
export function wouldReplicate(
  home: Home,
  engine: string,
  { goesOut, bytes }: Pick<Plan, 'goesOut' | 'bytes'>,
): { readonly engine: string; readonly bundles: number; readonly bytes: number } {
  // A bundle whose newer version goes out is sent as that version.
  const due = home.replicas.dueSize(engine, new Set(goesOut))
  return { engine, bundles: due.bundles + goesOut.length, bytes: due.bytes + bytes }
}
