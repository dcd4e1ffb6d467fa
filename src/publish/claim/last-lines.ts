import type { BundleOriginal } from '../../model/bundle.ts'

/** Bytes of a URL (bundle-v1 3.5). */
const MAX_URL = 2_048

/** What ties a claim to its bundle. */
export interface LastLines {
  /** URL where the testimony was first found, if there is one. */
  readonly original?: string
  /** Root CID, base32. */
  readonly root: string
  /** `ORIGIN/ID` */
  readonly citation: string
}

/** The last paragraph of a description. */
export function writeLastLines({ original, root, citation }: LastLines): string {
  const lines = [`ipfs://${root}`, citation]
  return (original === undefined ? lines : [`Original: ${original}`, ...lines]).join('\n')
}

/**
 * Reads the last paragraph of any claim's description: what it says, not that it is true. Compare with the manifest.
 *
 * @returns nothing when it is not of the form of claim-v1 section 4.
 */
export function readLastLines(description: string): LastLines | undefined {
  const paragraph = description.slice(description.lastIndexOf('\n\n') + 1).replace(/^\n/, '')
  const found =
    /^(?:Original: (?<original>https:\/\/[!-~]+)\n)?ipfs:\/\/(?<root>b[a-z2-7]{10,127})\n(?<citation>[!-~]{1,255}\/[1-9a-z]{11})$/.exec(
      paragraph,
    )?.groups
  const { original, root, citation } = found ?? {}
  if (root === undefined || citation === undefined) return undefined
  return { ...(original === undefined ? {} : { original }), root, citation }
}

/** The first original with a URL that can stand on a line: https, printable ASCII, without user name and password. */
export function firstUrl(originals: readonly BundleOriginal[]): string | undefined {
  return originals.map(({ url }) => url).find((url) => url !== undefined && isPlainHttps(url))
}

/** An `https` URL as a URL parser writes it. */
export function isPlainHttps(text: string): boolean {
  if (text.length > MAX_URL || !/^https:\/\/[!-~]+$/.test(text) || !URL.canParse(text)) return false
  const { username, password, hostname } = new URL(text)
  return username === '' && password === '' && hostname !== ''
}
