import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { claimsIn, makeStream, parseTransaction } from '../../src/lbry-sdk-client/index.ts'
import {
  channelMessage,
  claimScript,
  hashOfId,
  signedValue,
  streamMessage,
  transactionOf,
} from '../unit/lbry-sdk-client/claim/samples.ts'

/** A film as a channel published it on LBRY, with everything about it in files. */
export interface LbryPublication {
  readonly file: string
  /** The descriptor. */
  readonly sdBlob: string
  /** The claim's transaction in hexadecimal digits. */
  readonly tx: string
  /** An update of the same claim, signed by the channel as well. */
  readonly updateTx: string
  /** The transaction that made the channel. */
  readonly channelTx: string
  /** A directory of all blobs, the descriptor among them. */
  readonly blobs: string
  readonly claimId: string
  readonly channelId: string
  readonly txid: string
  readonly sdHash: string
  readonly sourceHash: string
  /** Hashes of the data blobs, in order. */
  readonly blobHashes: readonly string[]
}

/** Publishes bytes as `@channel/my-film`. @param directory - where everything goes; made when it is not there. */
export async function aLbryPublication(directory: string, content: Uint8Array): Promise<LbryPublication> {
  const at = (name: string): string => join(directory, name)
  mkdirSync(at('blobs'), { recursive: true })
  writeFileSync(at('film.mp4'), content)
  const made = await makeStream(at('film.mp4'), {
    onBlob: ({ hash, bytes }) => writeFileSync(at(`blobs/${hash}`), bytes),
  })
  writeFileSync(at(`blobs/${made.sdHash}`), made.sdBlob)
  writeFileSync(at('film.sd'), made.sdBlob)
  const channelTx = transactionOf([claimScript('@Channel', Buffer.concat([Buffer.of(0), channelMessage()]))])
  writeFileSync(at('channel.hex'), channelTx.toString('hex'))
  const [channel] = claimsIn(parseTransaction(channelTx))
  const channelId = channel?.claimId ?? ''
  const source = { hash: Buffer.from(made.sourceHash, 'hex'), size: BigInt(content.length) }
  const message = streamMessage({ ...source, sdHash: Buffer.from(made.sdHash, 'hex') })
  const value = signedValue(message, hashOfId(channelId))
  const transaction = transactionOf([claimScript('My-Film', value)])
  writeFileSync(at('claim.hex'), `${transaction.toString('hex')}\n`)
  const { txid } = parseTransaction(transaction)
  const [claim] = claimsIn(parseTransaction(transaction))
  const claimId = claim?.claimId ?? ''
  writeFileSync(at('update.hex'), transactionOf([claimScript('My-Film', value, hashOfId(claimId))]).toString('hex'))
  return {
    ...{ file: at('film.mp4'), sdBlob: at('film.sd'), tx: at('claim.hex'), updateTx: at('update.hex') },
    ...{ channelTx: at('channel.hex'), blobs: at('blobs'), claimId, channelId, txid },
    ...{ sdHash: made.sdHash, sourceHash: made.sourceHash },
    blobHashes: made.descriptor.blobs.map(({ hash }) => hash),
  }
}
