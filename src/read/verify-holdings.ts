import { open } from 'node:fs/promises'
import { ManifestError } from '../manifest/errors.ts'
import { MAX_LIST_BYTES, requireListOf, type SignedHoldings, verifyHoldings } from '../manifest/holdings.ts'
import type { Policy } from '../manifest/policy.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { parseVkey } from '../manifest/vkey.ts'
import { ReadError } from './errors.ts'

export interface HoldingsQuestion {
  /** The log that it should be about. */
  readonly policy: Policy
  /** Verifier key of the mirror, `NAME/holder`. */
  readonly holder: string
  /** Path of the list that the note names; undefined where it is not there. */
  readonly list: string | undefined
}

/** What a note of holdings says, with its bytes as text. */
export type HoldingsAnswer = Omit<SignedHoldings, 'root'> & { readonly root: string; readonly roots?: number }

/**
 * Verifies a note of holdings, and its list where it is given.
 *
 * @throws {ManifestError} `ORIGIN_UNKNOWN`, `HOLDINGS_MALFORMED`, `HOLDINGS_LIST_DIFFERS`, `VKEY_MALFORMED` and those of signatures;
 * {ReadError} `RECEIPT_UNREADABLE` for the list.
 */
export async function verifyHoldingsFile(
  note: Uint8Array,
  { policy, holder, list }: HoldingsQuestion,
  primitives: Primitives,
): Promise<HoldingsAnswer> {
  const held = verifyHoldings(primitives, [parseVkey(holder, primitives.sha256)], note)
  if (!policy.logs.some(({ key }) => key.name === held.origin)) {
    throw new ManifestError('ORIGIN_UNKNOWN', `the note is about ${held.origin}, which the policy does not name`, {
      hint: 'take the policy of that log',
    })
  }
  const roots = list === undefined ? undefined : requireListOf(held, await readList(list), primitives.sha256).length
  return { ...held, root: Buffer.from(held.root).toString('hex'), ...(roots === undefined ? {} : { roots }) }
}

async function readList(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    if (size <= MAX_LIST_BYTES) return await file.readFile()
  } catch (cause) {
    throw new ReadError('RECEIPT_UNREADABLE', `${path} cannot be read`, { hint: 'check the path', cause })
  }
  throw new ReadError('RECEIPT_UNREADABLE', `${path} is too long for a list of holdings`, {
    hint: 'take the file beside the note that is called as its sixth line',
  })
}
