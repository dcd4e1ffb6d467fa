import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chunksIn, PROFILE } from '../../address/profile.ts'
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
  const bytes = readOwn(directory, name)
  return isNoteFile(name) ? noteFile(bytes) : plainFile(bytes)
}

/** @param bytes - a note, far smaller than a chunk. */
export function noteFile(bytes: Uint8Array): Announcing {
  const cid = rawCid(hash('sha256', bytes, 'buffer'))
  return { cid, tsize: bytes.length, blocks: [{ multihash: cid.multihash.bytes, at: 0, length: bytes.length, bytes }] }
}

function plainFile(bytes: Uint8Array): Announcing {
  const digests = new Uint8Array(chunksIn(bytes.length) * PROFILE.digestBytes)
  const blocks: Omit<AnnouncedBlock, 'path'>[] = []
  for (let i = 0; i < chunksIn(bytes.length); i += 1) {
    const chunk = bytes.subarray(i * PROFILE.chunkBytes, (i + 1) * PROFILE.chunkBytes)
    const digest = hash('sha256', chunk, 'buffer')
    digests.set(digest, i * PROFILE.digestBytes)
    blocks.push({ multihash: rawCid(digest).multihash.bytes, at: i * PROFILE.chunkBytes, length: chunk.length })
  }
  for (const { cid, bytes: node } of innerNodes(digests, bytes.length))
    blocks.push({ multihash: cid.multihash.bytes, at: 0, length: node.length, bytes: node })
  const { root, tsize } = buildTree(digests, bytes.length)
  return { cid: root, tsize, blocks }
}

function readOwn(directory: string, name: string): Uint8Array {
  const path = join(directory, name)
  try {
    return readFileSync(path)
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
