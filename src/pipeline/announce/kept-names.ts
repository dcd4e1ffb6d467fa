import { parseRecord } from '../../announce/record.ts'
import { cidText } from '../../model/content-id.ts'
import { ipnsNameText } from '../../model/ipns-name.ts'
import { openAnnounced } from '../../store/announced.ts'
import type { Home } from '../home.ts'
import { namesOfLog } from './names-of-log.ts'
import { servedName } from './served-name.ts'

/** What is known of a name of a followed log. */
export interface KeptName {
  readonly name: string
  /** Where its best record leads; empty where none is known. */
  readonly root: string
  readonly validUntil: string
  /** Whether that record is given on: it holds, and leads to a head that is not older than the one that is shown. */
  readonly served: boolean
}

/** From what is written down alone. */
export function keptNames(home: Home): readonly KeptName[] {
  const announced = openAnnounced(home.db)
  const readName = servedName(home)
  return namesOfLog(home).map((key) => {
    const kept = announced.record(key)
    const record = kept && parseRecord(home.primitives, key, kept.bytes)
    return {
      name: ipnsNameText(key),
      root: record === undefined ? '' : cidText(record.root),
      validUntil: record?.validity.replace(/\.\d+Z$/u, 'Z') ?? '',
      served: readName(key) !== undefined,
    }
  })
}
