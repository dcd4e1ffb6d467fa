import type { Evidence, Ledger } from '../target.ts'

/** What the ledger holds of an item that is on its way, beside what {@link Evidence} names. Gone once the claim is there. */
export interface Begun {
  /** Where the bytes lie at the service; saved before the first byte is sent. */
  readonly uploadUrl?: string
  /** `source.hash` of what is uploaded there. */
  readonly uploadOf?: string
  /** What the file looked like when the upload was begun (file-stamp.ts). */
  readonly uploadStamp?: string
  /** All of it is there, and was our file while it passed. */
  readonly isUploaded?: boolean
  /** Unix seconds; saved before a claim is asked for. */
  readonly createSentAt?: number
  readonly queryId?: string
  /** Unix seconds of a failure after which a claim may still turn up. */
  readonly unsureSince?: number
  /** Queries of this item that failed. */
  readonly failures?: number
}

/** What to write when an item starts over. */
export const NOTHING_BEGUN: { readonly [K in keyof Begun]-?: undefined } = {
  uploadUrl: undefined,
  uploadOf: undefined,
  uploadStamp: undefined,
  isUploaded: undefined,
  createSentAt: undefined,
  queryId: undefined,
  unsureSince: undefined,
  failures: undefined,
}

export interface Notes {
  readonly begun: Begun
  /** On disk when it returns. A member that is `undefined` is taken out. */
  write(change: { readonly [K in keyof (Begun & Evidence)]?: Evidence[string] }): void
}

export function openNotes(ledger: Ledger): Notes {
  return {
    get begun() {
      return begunOf(ledger.evidence)
    },
    write(change) {
      const entries = Object.entries({ ...ledger.evidence, ...change })
      ledger.save(Object.fromEntries(entries.filter(([, value]) => value !== undefined)))
    },
  }
}

/** Whatever is not of its kind counts as absent: that only leads to looking again. */
function begunOf(evidence: Evidence): Begun {
  const text = (key: keyof Begun): string | undefined => {
    const value = evidence[key]
    return typeof value === 'string' ? value : undefined
  }
  const number = (key: keyof Begun): number | undefined => {
    const value = evidence[key]
    return typeof value === 'number' ? value : undefined
  }
  const found = {
    uploadUrl: text('uploadUrl'),
    uploadOf: text('uploadOf'),
    uploadStamp: text('uploadStamp'),
    isUploaded: evidence['isUploaded'] === true ? true : undefined,
    createSentAt: number('createSentAt'),
    queryId: text('queryId'),
    unsureSince: number('unsureSince'),
    failures: number('failures'),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}
