import { cidText, parseCid } from '../content-id.ts'

/** No CID is shorter; below it a bare text is an id or a word. */
const MIN_LENGTH = 32

/**
 * Finds the CID in `ipfs://CID/…`, `/ipfs/CID/…`, a gateway's `https://host/ipfs/CID/…` or `https://CID.ipfs.host/…`, or
 * a bare text, and turns it into version 1, base 32.
 */
export function cidIn(text: string): string | undefined {
  const named = /^(?:ipfs:\/\/(?:ipfs\/)?|(?:https?:\/\/[^/\s]{1,255})?\/?ipfs\/)([^/?#\s]+)/i.exec(text)?.[1]
  const labelled = /^https?:\/\/([a-z0-9]{32,63})\.ipfs\.[^/\s]{1,255}/i.exec(text)?.[1]
  return canonical(named ?? labelled ?? text)
}

function canonical(text: string): string | undefined {
  if (text.length < MIN_LENGTH || !/^[0-9A-Za-z+/_=-]+$/.test(text)) return undefined
  try {
    return cidText(parseCid(text))
  } catch {
    // What is no CID may still be a key or an id.
    return undefined
  }
}
