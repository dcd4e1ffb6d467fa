import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseCheckpoint } from '../../manifest/checkpoint.ts'
import { ManifestError } from '../../manifest/errors.ts'
import { readGovernance } from '../../manifest/governance.ts'
import { MAX_LIST_BYTES, verifyHoldings } from '../../manifest/holdings.ts'
import { MAX_NOTE_BYTES, parseSignedNote } from '../../manifest/note.ts'
import { parseVkey } from '../../manifest/vkey.ts'
import { ReadError } from '../../read/errors.ts'
import { httpGet } from '../../read/http-get.ts'
import { readError, systemCode } from '../../store/file-errors.ts'
import { PipelineError } from '../errors.ts'
import type { Home } from '../home.ts'
import { forgetHoldings, type Held, type HoldingsFiles, keepHoldings, keptHoldings, readHeld } from './kept-holdings.ts'

/** Whoever runs a place and signs what it has. */
export interface Holder {
  /** What `/mirror/ORIGIN/holdings/note` is below. */
  readonly url: string
  /** Verifier key, `NAME/holder`. */
  readonly vkey: string
}

/** A note that was replaced between two requests names a list that is there no more; twice in a row is no accident. */
const ATTEMPTS = 2

/**
 * Fetches what a mirror with a budget signs, and keeps it once it is verified. Where the mirror has no such note what was kept is
 * forgotten, and an older one than what was kept changes nothing. Safe to repeat.
 *
 * @throws {ManifestError} and {@link PipelineError} `HOLDINGS_HEAD_UNKNOWN` for a note or a list that is not what it should be;
 * {ReadError} `SOURCE_…`.
 * @see holdings-v1 §3.1, §4.1
 */
export async function fetchHoldings(home: Home, name: string, holder: Holder, signal: AbortSignal): Promise<void> {
  const files = await filesOf(home, holder, signal)
  if (files === undefined) return forgetHoldings(home.paths, name)
  const held = readHeld(files, holder.vkey)
  await requireOwnLog(home, held)
  const before = await keptHoldings(home.paths, name, holder.vkey)
  if (before !== undefined && before.note.signedAt > held.note.signedAt) return
  await keepHoldings(home.paths, name, held, files)
}

async function filesOf(
  { origin, primitives }: Home,
  { url, vkey }: Holder,
  signal: AbortSignal,
): Promise<HoldingsFiles | undefined> {
  const base = `${url.replace(/\/+$/u, '')}/mirror/${hash('sha256', origin)}/holdings`
  const key = parseVkey(vkey, primitives.sha256)
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const note = await fileAt(`${base}/note`, MAX_NOTE_BYTES, signal)
    if (note === undefined) return undefined
    // Nothing is asked for that it names before its signature is known to be right.
    const { listSha256 } = verifyHoldings(primitives, [key], note)
    const list = await fileAt(`${base}/${listSha256}`, MAX_LIST_BYTES, signal)
    if (list !== undefined) return { note, list }
  }
  throw new ManifestError('HOLDINGS_LIST_DIFFERS', `${base} does not have the list that its note names`, {
    hint: 'tell whoever runs that mirror: its next sync should write both anew',
  })
}

/** Nothing where there is no such file. */
async function fileAt(url: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const { status, body } = await httpGet(url, { maxBytes, signal })
  if (status === 200) return body
  if (status === 404 || status === 410) return undefined
  throw new ReadError('SOURCE_UNREACHABLE', `${url} answers ${status}`, {
    hint: 'see that its address is right and that it runs, then audit it again',
  })
}

/** That the note is about this very log, and a head of it that this home has shown. @see holdings-v1 §4.2 */
async function requireOwnLog({ origin, fold, paths }: Home, { note }: Held): Promise<void> {
  const shown = await shownRoot(join(paths.manifest, 'checkpoints', `${note.size}`))
  const isOurs = note.origin === origin && note.genesisSha256 === readGovernance(fold)?.genesisSha256
  if (isOurs && shown !== undefined && Buffer.compare(shown, note.root) === 0) return
  const what = isOurs ? `a head of ${note.size} statements` : `another log, ${note.origin}`
  throw new PipelineError(
    'HOLDINGS_HEAD_UNKNOWN',
    `${note.holder} signed what it has of ${what}, which is not of here`,
    {
      hint: isOurs
        ? 'if you have restored an old backup, see `holdfast manifest recover`; else ask whoever runs it what it follows'
        : 'see that --url and --holder are those of a mirror of this log',
    },
  )
}

async function shownRoot(path: string): Promise<Uint8Array | undefined> {
  try {
    return parseCheckpoint(parseSignedNote(await readFile(path)).text).root
  } catch (error) {
    if (error instanceof ManifestError || systemCode(error) === 'ENOENT') return undefined
    throw readError(error, path)
  }
}
