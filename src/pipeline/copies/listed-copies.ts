import type { Publication } from '../../store/publications.ts'
import type { Home } from '../home.ts'
import { evidenceOf } from './notes.ts'

/** How far a bundle is at a target, for its owner. */
export interface ListedCopy {
  readonly target: string
  readonly state: Publication['state']
  /** Why it waits or was refused; absent otherwise. */
  readonly code?: string
  readonly reason?: string
  readonly url?: string
  readonly equality?: string
}

export function listedCopies(home: Home, id: string): readonly ListedCopy[] {
  return home.publications.of(id).map((row) => {
    const { canonicalUrl, url = canonicalUrl, equality } = evidenceOf(row)
    return {
      ...{ target: row.target, state: row.state },
      ...(row.code === '' ? {} : { code: row.code, reason: row.reason }),
      ...(url === undefined ? {} : { url: canonicalUrl ?? url }),
      ...(equality === undefined ? {} : { equality }),
    }
  })
}
