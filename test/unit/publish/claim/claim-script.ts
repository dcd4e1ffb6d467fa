import type { ClaimText } from '../../../../src/publish/target.ts'
import { encodeStream } from '../../../fakes/lbry-claim.ts'
import { makeTransaction } from '../../../fakes/lbry-transaction.ts'

/** Bytes of a transaction with one input and one output around that output's script: see makeTransaction. */
const AROUND_SCRIPT = 4 + 1 + 32 + 4 + 1 + 107 + 4 + 1 + 8 + 3 + 4

/** Bytes of the script of a claim with this text, an update signed by a channel, with everything else as large as it gets. */
export function claimScriptBytes(text: ClaimText, name: string = text.name): number {
  const stream = encodeStream({
    ...{ title: text.title, description: text.description, tags: text.tags, languages: text.languages },
    ...(text.license === undefined ? {} : { license: text.license }),
    ...(text.licenseUrl === undefined ? {} : { license_url: text.licenseUrl }),
    ...(text.thumbnailUrl === undefined ? {} : { thumbnail_url: text.thumbnailUrl }),
    release_time: -1,
    video: { width: 2 ** 32 - 1, height: 2 ** 32 - 1, duration: 2 ** 32 - 1 },
    source: {
      hash: 'ab'.repeat(48),
      name: `${name}.abcdefgh`,
      size: Number.MAX_SAFE_INTEGER,
      media_type: 'x'.repeat(100),
      sd_hash: 'cd'.repeat(48),
    },
  })
  const value = Buffer.concat([Buffer.alloc(1 + 20 + 64), stream])
  const purpose = { kind: 'update', name, claimId: 'ef'.repeat(20), value } as const
  const { hex } = makeTransaction(
    [{ txid: 'ab'.repeat(32), nout: 0 }],
    [{ dewies: 1_000n, keyHash: new Uint8Array(20), purpose }],
  )
  return hex.length / 2 - AROUND_SCRIPT
}
