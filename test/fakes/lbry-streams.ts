import { readFile } from 'node:fs/promises'
import { basename, dirname, extname } from 'node:path'
import { type MadeBlobs, makeBlobs, sha384 } from './lbry-blobs.ts'
import { type FakeLbryWallet, PythonError, type Txo } from './lbry-wallet.ts'

type Json = Record<string, unknown>

/** A stream that the daemon has on its disk; one without a claim was left by a refused broadcast. */
export interface HeldStream extends MadeBlobs {
  readonly path: string
  readonly bytes: number
  readonly mediaType: string
  readonly fileHash: string
  claim?: Txo
  /** Percent of its blobs that a reflector has. */
  reflected?: number
}

const MEDIA: Readonly<Record<string, readonly [mediaType: string, streamType: string]>> = {
  '.mp4': ['video/mp4', 'video'],
  '.webm': ['video/webm', 'video'],
  '.mp3': ['audio/mpeg', 'audio'],
}

/** The files and blobs of the fake daemon. */
export class FakeLbryStreams {
  /** Files that are there without being on disk, by path. */
  readonly virtualFiles: Map<string, Uint8Array> = new Map()
  /** Called while a file is hashed: the moment in which it can be replaced under the daemon. */
  whileHashing: (path: string) => Promise<void> | void = () => undefined
  private readonly held = new Map<string, HeldStream>()
  private readonly wallet: FakeLbryWallet

  constructor(wallet: FakeLbryWallet) {
    this.wallet = wallet
  }

  keep(stream: HeldStream): void {
    this.held.set(stream.sdHash, stream)
  }

  drop({ sdHash }: HeldStream): boolean {
    return this.held.delete(sdHash)
  }

  /** An update makes another output of a claim; a new file takes the place of the old stream. */
  moveClaim(from: Txo, to: Txo | undefined, held: HeldStream | undefined): void {
    for (const stream of this.held.values()) {
      if (stream.claim !== from || to === undefined) continue
      if (held === undefined) stream.claim = to
      else this.drop(stream)
    }
    if (held !== undefined && to !== undefined) held.claim = to
  }

  /** What is left by broadcasts that were refused. */
  dropOrphans(): void {
    for (const stream of this.held.values()) if (stream.claim === undefined) this.drop(stream)
  }

  /** A reflector takes so many percent of a stream. */
  reflect(sdHash: string, percent: number): void {
    const stream = this.held.get(sdHash)
    if (stream === undefined) throw new RangeError('no such stream')
    stream.reflected = percent
  }

  /** How many streams it has, those without a claim too. */
  get count(): number {
    return this.held.size
  }

  /** As from a blob server. */
  blob(hash: string): Uint8Array | undefined {
    return [...this.held.values()].map(({ blobs }) => blobs.get(hash)).find((bytes) => bytes !== undefined)
  }

  /** Blobs of data are no text; the real daemon fails to decode them. */
  readBlob(hash: string, read: boolean): string {
    const bytes = this.blob(hash)
    if (bytes === undefined) throw new RangeError('the real daemon would ask the network, for ever')
    return read ? new TextDecoder('utf-8', { fatal: true }).decode(bytes) : `Downloaded blob ${hash}`
  }

  blobHashes(sdHash: string): string[] {
    return [...(this.held.get(sdHash)?.blobs.keys() ?? [])]
  }

  async read(path: string): Promise<HeldStream> {
    const bytes = this.virtualFiles.get(path) ?? (await readFile(path).catch(() => undefined))
    if (bytes === undefined) throw new PythonError('MissingPublishedFileError', `File does not exist: ${path}`)
    if (bytes.length === 0) throw new PythonError('EmptyPublishedFileError', `Cannot publish empty file: ${path}`)
    await this.whileHashing(path)
    const again = this.virtualFiles.get(path) ?? (await readFile(path))
    const mediaType = MEDIA[extname(path)]?.[0] ?? 'application/octet-stream'
    return { ...makeBlobs(again, basename(path)), path, bytes: again.length, mediaType, fileHash: sha384(again) }
  }

  chosen(params: Json): HeldStream[] {
    return [...this.held.values()].filter(({ sdHash, claim, path }) => {
      const name = claim !== undefined && 'name' in claim.purpose ? claim.purpose.name : undefined
      const facts: Json = {
        ...{ sd_hash: sdHash, claim_id: claim?.claimId, claim_name: name, txid: claim?.txid },
        file_name: basename(path),
      }
      return Object.entries(facts).every(([key, value]) => !(key in params) || params[key] === value)
    })
  }

  list(params: Json): Json[] {
    const chosen = this.chosen(params)
    if (chosen.some(({ claim }) => claim === undefined))
      throw new PythonError(
        undefined,
        'After successfully executing the command, failed to encode result for JSON RPC response.',
      )
    return chosen.map((held) => this.fileView(held))
  }

  private fileView({ claim, sdHash, streamHash, key, path, bytes, mediaType, blobs, reflected = 0 }: HeldStream): Json {
    const channel = this.wallet.claims().find(({ claimId }) => claimId !== undefined && claimId === claim?.channelId)
    const name = basename(path)
    const count = blobs.size - 1
    return {
      added_on: null,
      blobs_completed: count,
      blobs_in_stream: count,
      blobs_remaining: 0,
      channel_claim_id: channel?.claimId ?? null,
      channel_name: channel !== undefined && 'name' in channel.purpose ? channel.purpose.name : null,
      claim_id: claim?.claimId,
      claim_name: claim !== undefined && 'name' in claim.purpose ? claim.purpose.name : null,
      completed: true,
      ...(claim === undefined ? {} : this.wallet.depthOf(claim)),
      content_fee: null,
      download_directory: dirname(path),
      download_path: path,
      file_name: name,
      is_fully_reflected: reflected === 100,
      key,
      metadata: claim?.value,
      mime_type: mediaType,
      nout: claim?.nout,
      outpoint: `${claim?.txid}:${claim?.nout}`,
      reflector_progress: reflected,
      sd_hash: sdHash,
      status: 'finished',
      stopped: true,
      stream_hash: streamHash,
      stream_name: name,
      suggested_file_name: name,
      timestamp: null,
      total_bytes: bytes + count,
      txid: claim?.txid,
      uploading_to_reflector: reflected > 0 && reflected < 100,
      written_bytes: bytes,
    }
  }
}

export interface Source {
  readonly hash: string
  readonly media_type: string
  readonly name: string
  readonly sd_hash: string
  readonly size: number
}

export function sourceOf({ fileHash, mediaType, path, sdHash, bytes }: HeldStream, preview: boolean): Source {
  const sd_hash = preview ? '0'.repeat(96) : sdHash
  return { hash: fileHash, media_type: mediaType, name: basename(path), sd_hash, size: bytes }
}

/** Blobs that are served elsewhere; without any source the daemon makes a claim all the same. */
export function servedSource(params: Json): Source | undefined {
  if (!('sd_hash' in params)) return undefined
  const name = String(params['file_name'])
  return {
    hash: String(params['file_hash']),
    media_type: MEDIA[extname(name)]?.[0] ?? 'application/octet-stream',
    name,
    sd_hash: String(params['sd_hash']),
    size: Number(params['file_size']),
  }
}

export function streamTypeOf(name: string): string {
  return MEDIA[extname(name)]?.[1] ?? 'binary'
}
