/** Types that no browser runs; all else is handed over as a download in a sandbox, so that nothing published can act in a reader's browser. */
const PASSIVE = /^(?:video|audio)\/|^image\/(?!svg)|^text\/(?:plain|vtt)$|^application\/(?:ld\+)?json$/
const MEDIA_TYPE = /^[a-z]+\/[a-z0-9][a-z0-9.+-]*$/
/** For what no browser is to show: if one does all the same, it runs nothing and asks for nothing. */
export const SANDBOX = "sandbox; default-src 'none'"
const DOCUMENTS = new Set(['bundle.json', 'files.json', 'ro-crate-metadata.json'])

/** How a browser is told to treat a file. */
export interface Presented {
  readonly mediaType: string | undefined
  /** Name that a download gets. */
  readonly filename: string
  /** The request asked for a download, or gave the name. */
  readonly asked: { readonly download: boolean; readonly named: boolean }
}

/** The headers for a file that is sent as it is. */
export function fileHeaders({ mediaType, filename, asked }: Presented): Record<string, string> {
  const [bare = ''] = (mediaType ?? '').toLowerCase().split(';', 1)
  const known = MEDIA_TYPE.test(bare.trim()) ? bare.trim() : 'application/octet-stream'
  const type = known.startsWith('text/') ? `${known}; charset=utf-8` : known
  if (!PASSIVE.test(known)) {
    return {
      'content-type': type,
      'content-disposition': disposition('attachment', filename),
      'content-security-policy': SANDBOX,
    }
  }
  if (!asked.download && !asked.named) return { 'content-type': type }
  return {
    'content-type': type,
    'content-disposition': disposition(asked.download ? 'attachment' : 'inline', filename),
  }
}

/** The type of a document that every bundle has, for sources of content that know public files only. */
export function documentType(name: string | undefined): string | undefined {
  return name !== undefined && DOCUMENTS.has(name) ? 'application/json' : undefined
}

/** `Content-Disposition` with an ASCII name for old clients and the true one beside it. Source: RFC 6266, RFC 8187. */
export function disposition(kind: 'attachment' | 'inline', filename: string): string {
  const name = filename.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}/\\]/gu, '_').slice(0, 255)
  const ascii = name.replaceAll(/[^\x20-\x7e]|["%]/g, '_')
  if (ascii === name) return `${kind}; filename="${ascii}"`
  // encodeURIComponent leaves four characters alone that RFC 8187 does not allow bare.
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
