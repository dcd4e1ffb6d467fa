import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildTree } from '../../src/address/tree.ts'
import type { CopyStatement } from '../../src/manifest/statement-types.ts'
import { cidText } from '../../src/model/content-id.ts'
import { parseOriginal } from '../../src/model/original.ts'
import { makeBlobs } from './lbry-blobs.ts'
import { someBytes } from './made-bundle.ts'
import { aBundle, aCopy, LOG } from './manifest-log.ts'
import { WrittenManifest, writeFiles } from './written-manifest.ts'

const MIB = 1024 * 1024

/** A manifest in a directory whose only bundle has a copy on LBRY, and that copy's blobs in another one. */
export interface CopiedManifest {
  readonly manifest: string
  readonly policy: string
  readonly blobs: string
  /** Of the first `copy/1`. */
  readonly receipt: string
  readonly id: string
  readonly video: Uint8Array
  readonly claimId: string
  readonly sdHash: string
}

/** The address of the claim as a hub resolves it: its own id and the channel's are shortened. */
export const CANONICAL = 'lbry://@channel#c/name#d'

/**
 * @param given - of the `copy/1` statement, to change it; its key stays unless it is given.
 * @param published - what the claim's stream really holds. @default the video of the bundle
 */
export function aCopiedManifest(
  directory: string,
  given: Partial<CopyStatement> = {},
  published: (video: Uint8Array) => Uint8Array = (video) => video,
): CopiedManifest {
  const video = someBytes(5_000_000)
  const { sdHash, blobs } = makeBlobs(published(video), 'video.mp4')
  const bundle = aBundle(1, { files: [factsOf(video)], bytes: video.length })
  const claimId = createHash('sha1').update('claim').digest('hex')
  const ids = { claimId, txid: 'e'.repeat(64), nout: '0', sdHash, channelId: 'c'.repeat(40) }
  const copy = aCopy(1, { ids, key: `lbry:claim:${claimId}`, ...given })
  const resolved = parseOriginal(CANONICAL)?.key ?? ''
  const log = new WrittenManifest().add(bundle, copy, { ...copy, key: resolved }).head()
  const manifest = join(directory, 'manifest')
  writeFiles(manifest, log.files)
  const receipt = join(directory, 'receipt')
  writeFileSync(receipt, log.receipt(2))
  const blobDirectory = join(directory, 'blobs')
  mkdirSync(blobDirectory, { recursive: true })
  for (const [hash, bytes] of blobs) writeFileSync(join(blobDirectory, hash), bytes)
  return { manifest, policy: LOG.key.text, blobs: blobDirectory, receipt, id: bundle.id, video, claimId, sdHash }
}

function factsOf(video: Uint8Array): ReturnType<typeof aBundle>['files'][number] {
  const digests: Uint8Array[] = []
  for (let at = 0; at < video.length; at += MIB)
    digests.push(
      createHash('sha256')
        .update(video.subarray(at, at + MIB))
        .digest(),
    )
  const cid = cidText(buildTree(Buffer.concat(digests), video.length).root)
  const sha256 = createHash('sha256').update(video).digest('hex')
  return { path: 'video.mp4', cid, bytes: video.length, sha256, mediaType: 'video/mp4', role: 'video' }
}
