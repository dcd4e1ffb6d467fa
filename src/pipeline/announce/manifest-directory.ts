import { hash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { PROFILE } from '../../address/profile.ts'
import { buildTree, innerNodes } from '../../address/tree.ts'
import { indexTiles, isNoteFile, manifestFiles } from '../../announce/manifest-files.ts'
import { parseStatement } from '../../manifest/statement.ts'
import { splitHashes } from '../../manifest/tile-layout.ts'
import { rawCid } from '../../model/content-id.ts'
import { RecordError } from '../../record/errors.ts'
import type { AnnouncedBlock } from '../../store/announced.ts'
import { readError, systemCode } from '../../store/file-errors.ts'
import type { Home } from '../home.ts'
import type { Announcing } from './root-writer.ts'

/** Names of the files that a home's manifest directory has under its head of that size. */
export function filesUnderHead({ paths, journal }: Home, size: number): Set<string> {
  const parsed = parseStatement(journal.entry(size - 1))
  if (parsed.kind !== 'known' || parsed.statement.type !== 'index/1') throw damaged('its last statement is no index')
  const { bits } = parsed.statement
  const names = manifestFiles({
    ...{ size, bits, shardHashes: shardHashes(paths.manifest, size - 1, bits) },
    checkpoints: numbersIn(join(paths.manifest, 'checkpoints')),
    policies: numbersIn(join(paths.manifest, 'policies')),
  })
  return new Set(names)
}

function* shardHashes(directory: string, size: number, bits: number): Generator<Uint8Array, void, void> {
  for (const name of indexTiles(size, bits))
    if (name.startsWith(`index/${size}/tile/0/`)) yield* splitHashes(readOwn(directory, name))
}

/**
 * A file of the manifest as a part of the root: read once, and left where it is. Notes are kept in full, because they may
 * gain cosignatures while an older root still has them as they were.
 */
export function announcedFile(directory: string, name: string): Announcing {
  return isNoteFile(name) ? noteFile(readOwn(directory, name)) : plainFile(directory, name)
}

/** @param bytes - a note, far smaller than a chunk. */
export function noteFile(bytes: Uint8Array): Announcing {
  const cid = rawCid(hash('sha256', bytes, 'buffer'))
  return { cid, tsize: bytes.length, blocks: [{ multihash: cid.multihash.bytes, at: 0, length: bytes.length, bytes }] }
}

/** Reads one chunk after the other into the same memory: an index has thousands of files. */
function plainFile(directory: string, name: string): Announcing {
  const blocks: Omit<AnnouncedBlock, 'path'>[] = []
  let bytes = 0
  for (const chunk of chunksOf(directory, name)) {
    const { multihash } = rawCid(hash('sha256', chunk, 'buffer'))
    blocks.push({ multihash: multihash.bytes, at: bytes, length: chunk.length })
    bytes += chunk.length
  }
  const digests = Buffer.concat(blocks.map(({ multihash }) => multihash.subarray(-PROFILE.digestBytes)))
  for (const { cid, bytes: node } of innerNodes(digests, bytes))
    blocks.push({ multihash: cid.multihash.bytes, at: 0, length: node.length, bytes: node })
  const { root, tsize } = buildTree(digests, bytes)
  return { cid: root, tsize, blocks }
}

const CHUNK = Buffer.allocUnsafeSlow(PROFILE.chunkBytes)

/** At least one, which is empty for an empty file; each is to be used before the next one comes. */
function* chunksOf(directory: string, name: string): Generator<Uint8Array, void, void> {
  const fd = reading(directory, name, (path) => openSync(path, 'r'))
  try {
    for (let at = 0, length = CHUNK.length; length === CHUNK.length; at += length) {
      length = reading(directory, name, () => fillChunk(fd, at))
      if (length > 0 || at === 0) yield CHUNK.subarray(0, length)
    }
  } finally {
    closeSync(fd)
  }
}

/** A read may give less than there is. */
function fillChunk(fd: number, at: number): number {
  let length = 0
  for (let more = 1; more > 0 && length < CHUNK.length; length += more)
    more = readSync(fd, CHUNK, length, CHUNK.length - length, at + length)
  return length
}

function readOwn(directory: string, name: string): Uint8Array {
  return reading(directory, name, (path) => readFileSync(path))
}

function reading<T>(directory: string, name: string, read: (path: string) => T): T {
  const path = join(directory, name)
  try {
    return read(path)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw damaged(`${name} is missing`)
    throw readError(error, path)
  }
}

function numbersIn(directory: string): number[] {
  try {
    return readdirSync(directory).flatMap((name) => (/^(?:0|[1-9]\d{0,15})$/u.test(name) ? [Number(name)] : []))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw readError(error, directory)
  }
}

function damaged(what: string): RecordError {
  return new RecordError('LOG_DAMAGED', `the manifest directory is not whole: ${what}`, {
    hint: 'run `holdfast manifest recover --from HOME/manifest`, or fetch it again where it is a mirror',
  })
}
