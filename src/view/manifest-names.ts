/** How a file of the manifest directory is sent. */
export interface ManifestFileKind {
  readonly contentType: string
  readonly cacheControl: string
  /** Text-like content that is worth the work; hashes do not shrink. */
  readonly gzip: boolean
}

const FOR_EVER = 'public, max-age=31536000, immutable'
/** Partial tiles never change, but go once the full one exists, and a cache must not be the last to have them. */
const SHORT = 'public, max-age=300'
/** May be stored, but each use asks whether it still holds. */
const ASK = 'no-cache'

const TEXT = 'text/plain; charset=utf-8'
const BYTES = 'application/octet-stream'

const DECIMAL = '(?:0|[1-9][0-9]{0,15})'
const LEVEL = '(?:[0-9]|[1-5][0-9]|6[0-3])'
const NUMBER = '(?:x[0-9]{3}/){0,5}[0-9]{3}'
const PARTIAL = '\\.p/(?:[1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])'

/** Every name of a manifest directory, and nothing else. Source: docs/spec/manifest-v1.md, section 9; C2SP tlog-tiles. */
const KINDS: readonly (readonly [RegExp, ManifestFileKind])[] = [
  [name('checkpoint|pending/checkpoint'), { contentType: TEXT, cacheControl: ASK, gzip: false }],
  // A published checkpoint gains cosignatures, so it is not immutable.
  [name(`checkpoints/${DECIMAL}`), { contentType: TEXT, cacheControl: ASK, gzip: false }],
  [name(`policies/${DECIMAL}`), { contentType: TEXT, cacheControl: ASK, gzip: false }],
  [name(`tile/entries/${NUMBER}`), { contentType: BYTES, cacheControl: FOR_EVER, gzip: true }],
  [name(`tile/entries/${NUMBER}${PARTIAL}`), { contentType: BYTES, cacheControl: SHORT, gzip: true }],
  [name(`(?:index/${DECIMAL}/)?tile/${LEVEL}/${NUMBER}`), { contentType: BYTES, cacheControl: FOR_EVER, gzip: false }],
  [
    name(`(?:index/${DECIMAL}/)?tile/${LEVEL}/${NUMBER}${PARTIAL}`),
    { contentType: BYTES, cacheControl: SHORT, gzip: false },
  ],
  [name('index/shard/(?:-|[0-9a-f]{1,16})/[0-9a-f]{64}'), { contentType: BYTES, cacheControl: FOR_EVER, gzip: true }],
  [name(`index/${DECIMAL}/receipt`), { contentType: TEXT, cacheControl: ASK, gzip: false }],
]

/** Nothing when no file of a manifest can have that name, so that whatever else lies in the directory stays private. */
export function manifestFileKind(path: string): ManifestFileKind | undefined {
  return KINDS.find(([pattern]) => pattern.test(path))?.[1]
}

/** The names beside a note of holdings. @see holdings-v1 §3.1 */
export function holdingsFileKind(path: string): ManifestFileKind | undefined {
  if (path === 'note') return { contentType: TEXT, cacheControl: ASK, gzip: false }
  // A list goes when no note names it any more.
  return /^[0-9a-f]{64}$/u.test(path) ? { contentType: TEXT, cacheControl: SHORT, gzip: true } : undefined
}

function name(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`)
}
