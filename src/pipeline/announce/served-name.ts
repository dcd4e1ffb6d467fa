import { parseRecord } from '../../announce/record.ts'
import { openAnnounced } from '../../store/announced.ts'
import type { ReadName } from '../../view/ports.ts'
import type { Home } from '../home.ts'
import { readFact } from '../open-home.ts'
import { namesOfLog } from './names-of-log.ts'

/**
 * The name records of a home that is served. A mirror gives on only what leads to a head that is not older than the one it
 * shows itself (announced-root-v1 §7.1); a publisher's own leads there a moment after each head.
 */
export function servedName(home: Home): ReadName {
  const announced = openAnnounced(home.db)
  const isMirror = readFact(home.db, 'followed') !== undefined
  return (key) => {
    if (!namesOfLog(home).some((name) => Buffer.compare(name, key) === 0)) return undefined
    const kept = announced.record(key)
    if (kept === undefined || (isMirror && kept.size < home.publishedSize())) return undefined
    const record = parseRecord(home.primitives, key, kept.bytes)
    return record.validUntilMs > Date.parse(home.now()) ? record : undefined
  }
}
