import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeBase64 } from '../manifest/base64.ts'
import type { Sha256 } from '../manifest/primitives.ts'
import { writeDurable } from '../store/durable-file.ts'

/** One pair proves everything; the bound is for a log that goes on and on. Files of one log. */
const MOST_FILES = 16

/** Two log-signed notes of one size with different roots. */
export interface ForkedHeads {
  readonly origin: string
  readonly size: number
  readonly known: Uint8Array
  readonly other: Uint8Array
}

/**
 * Keeps two heads that contradict each other as a file of fork evidence (manifest-v1 §7.6), which proves it to anybody.
 * Safe to repeat; nothing that is kept is ever replaced.
 *
 * @param directory - `evidence` of the home.
 * @returns the file, or the directory when it has enough of this log.
 */
export async function keepEvidence(directory: string, sha256: Sha256, forked: ForkedHeads): Promise<string> {
  const { origin, size, known, other } = forked
  const log = shortHash(sha256, new TextEncoder().encode(origin))
  const path = join(directory, `${log}-${size}-${shortHash(sha256, other)}.fork`)
  const kept = (await readdir(directory).catch(() => [])).filter((name) => name.startsWith(log))
  if (existsSync(path)) return path
  if (kept.length >= MOST_FILES) return directory
  const lines = ['holdfast/fork-evidence/v1', `older ${encodeBase64(known)}`, `newer ${encodeBase64(other)}`, '']
  await writeDurable(path, new TextEncoder().encode(lines.join('\n')))
  return path
}

function shortHash(sha256: Sha256, bytes: Uint8Array): string {
  return Buffer.from(sha256(bytes)).toString('hex').slice(0, 16)
}
