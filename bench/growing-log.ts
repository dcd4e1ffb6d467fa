import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { formatCheckpoint } from '../src/manifest/checkpoint.ts'
import { applyEntry } from '../src/manifest/fold.ts'
import { buildIndex } from '../src/manifest/index-build.ts'
import { encodeJcs } from '../src/manifest/jcs.ts'
import { leafHash } from '../src/manifest/merkle.ts'
import { formatSignedNote } from '../src/manifest/note.ts'
import { signCheckpoint } from '../src/manifest/signer.ts'
import { openUnfinishedHome } from '../src/pipeline/open-home.ts'
import { openLogTiles } from '../src/record/log-tiles.ts'
import { writeDurable, writeDurableBatch } from '../src/store/durable-file.ts'
import { transaction, waitingTransaction } from '../src/store/transaction.ts'
import { anIndex, CONTEXT, LOG, ORIGIN, sha256 } from '../test/fakes/manifest-log.ts'
import { makeStatement } from './log-home.ts'

/** A log that gets longer, on a web server that knows ranges. */
export interface GrowingLog extends AsyncDisposable {
  readonly url: string
  /** Bytes that went over its connections, headers included. */
  sent(): number
  /** Appends so many statements, the index statement among them, under a new head. @returns their bytes, and its size. */
  grow(statements: number): Promise<{ readonly bytes: number; readonly size: number }>
}

/**
 * The publisher's side of a log that a mirror has taken in: its state is a copy of the mirror's, since both follow from the statements.
 *
 * @param directory - the manifest, which stays as it is: its statements and tiles are copied.
 * @param state - `state.sqlite` of a mirror that holds this very log and runs no more.
 * @param place - an empty directory to work in.
 */
export async function growingLog(directory: string, state: string, place: string): Promise<GrowingLog> {
  const manifest = join(place, 'manifest')
  if (!existsSync(manifest)) {
    mkdirSync(join(place, 'keys'), { recursive: true })
    cpSync(state, join(place, 'state.sqlite'))
    for (const name of ['tile', 'checkpoint']) copy(join(directory, name), join(manifest, name))
  }
  let sent = 0
  const server = createServer((request, answer) => {
    const path = join(manifest, (request.url ?? '').replace(/^\/manifest\//u, ''))
    const before = request.socket.bytesWritten
    answer.on('close', () => {
      sent += request.socket.bytesWritten - before
    })
    const bytes = existsSync(path) && statSync(path).isFile() ? readFileSync(path) : undefined
    const from = Number(/^bytes=(\d+)-$/u.exec(request.headers.range ?? '')?.[1] ?? 0)
    if (bytes === undefined) answer.writeHead(404).end()
    else if (from === 0) answer.writeHead(200, { 'content-length': bytes.length }).end(bytes)
    else {
      const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`
      answer.writeHead(206, { 'content-length': bytes.length - from, 'content-range': range }).end(bytes.subarray(from))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    sent: () => sent,
    grow: (statements) => grow(place, statements),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function grow(place: string, statements: number): ReturnType<GrowingLog['grow']> {
  await using home = await openUnfinishedHome(place, { origin: ORIGIN, vkey: LOG.key.text })
  const { journal, fold } = home
  const old = journal.size()
  let bytes = 0
  const append = (entry: Uint8Array): void => {
    bytes += entry.length
    applyEntry(fold, { index: journal.append(entry), bytes: entry }, CONTEXT)
  }
  transaction(home.db, () => {
    for (let i = 0; i < statements - 1; i += 1) append(encodeJcs(makeStatement(`grown ${old + i}`)))
  })
  await waitingTransaction(home.db, async () => {
    const leafHashAt = (index: number): Uint8Array => leafHash(sha256, journal.entry(index))
    const files = buildIndex({ state: fold, entryBytes: journal.entry, leafHashAt }, journal.size(), sha256)
    let made = files.next()
    while (made.done !== true) made = files.next()
    append(encodeJcs(anIndex(made.value)))
  })
  const size = journal.size()
  const tiles = openLogTiles(home.paths.manifest, journal, sha256, { size: old, root: new Uint8Array(32) })
  for (const group of tiles.files(old, size)) await writeDurableBatch(group)
  const text = formatCheckpoint({ origin: ORIGIN, size, root: tiles.root(size) })
  const note = formatSignedNote(text, [signCheckpoint(text, LOG)])
  await writeDurable(join(home.paths.manifest, 'checkpoint'), note)
  return { bytes, size }
}

function copy(from: string, to: string): void {
  // Entries and tiles alone: the mirror makes the index by itself.
  cpSync(from, to, { recursive: true })
}
