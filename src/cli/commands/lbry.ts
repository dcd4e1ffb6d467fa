import type { Command } from '@commander-js/extra-typings'
import type { CopyAnswer } from '../../read/check-lbry-copy.ts'
import { command, group } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { EXIT, type Exit } from '../exit-codes.ts'
import type { ReportedClaim } from '../report/events.ts'
import { keepNewSpaceSmall } from '../small-heap.ts'

const DESCRIPTION = `whether a file is what was published on LBRY; asks nobody

It encrypts the file again with the keys in the stream's descriptor and compares every blob, and checks who signed the claim.
Each step is verified, claimed (somebody says so), not checked, or failed. Nothing is fetched: what you do not give is not
checked.

Exit codes: 0 the file is the stream, or, where only --tx was given, the claim says its size and hash; 3 there was nothing to
compare, or what you named is not proven to belong to it; 4 it is another file, or a step failed.`

/** `holdfast lbry verify` */
export function lbryCommand(context: Context): Command {
  // No options of its own: they would take those of the commands below it.
  return group(
    'lbry',
    'copies on LBRY and Odysee: verify',
    'holdfast lbry verify --file video.mp4 --sd-blob video.sd',
    [verifyCommand(context)],
  )
}

function verifyCommand(context: Context): Command {
  return command(
    'verify',
    DESCRIPTION,
    `holdfast lbry verify lbry://name#CLAIMID --file video.mp4 --sd-blob video.sd --tx claim.hex
holdfast lbry verify CLAIMID --file video.mp4 --tx claim.hex --channel-id ID --channel-tx channel.hex
holdfast lbry verify --file video.mp4 --sd-blob video.sd --blobs ~/.local/share/lbry/lbrynet/blobfiles`,
  )
    .argument('[claim]', 'the claim that is meant: lbry://…, a page of Odysee, a claim id, or TXID:NOUT')
    .requiredOption('--file <path>', 'the file that should be the one on LBRY')
    .option('--sd-blob <path>', 'the descriptor of the stream, as it came')
    .option('--tx <path>', 'the transaction of the claim: hexadecimal, binary, or what the daemon printed')
    .option('--channel-tx <path>', 'the transaction that made the channel, in the same ways')
    .option('--channel-id <id>', 'the channel that should have signed it')
    .option(
      '--blobs <dir>',
      'a directory of blobs, each named by its hash: are all there, and do they decrypt to the file?',
    )
    .action(async (claim, options) => {
      keepNewSpaceSmall()
      const { checkLbryCopy } = await import('../../read/check-lbry-copy.ts')
      const { readSdBlobFile, readTransactionFile } = await import('../../read/lbry-evidence.ts')
      const named = await readNamed(claim, options.channelId)
      const { file, sdBlob, tx, channelTx, blobs } = options
      const answer = await checkLbryCopy(
        {
          ...{ file, blobs, ...named },
          sdBlob: sdBlob === undefined ? undefined : await readSdBlobFile(sdBlob),
          transaction: tx === undefined ? undefined : await readTransactionFile(tx),
          channelTransaction: channelTx === undefined ? undefined : await readTransactionFile(channelTx),
        },
        {
          // Nothing is begun that would have to be finished, so the first Ctrl-C ends it.
          signal: context.stopping,
          onProgress: (progress) => context.report.progress({ label: 'comparing', ...progress, doneItems: 0 }),
        },
      )
      context.report.progress(undefined)
      report(context, answer)
    }) as unknown as Command
}

type Named = Pick<
  Parameters<typeof import('../../read/check-lbry-copy.ts').checkLbryCopy>[0],
  'reference' | 'channelId'
>

const CLAIM_ID = /^[0-9a-f]{40}$/

/** @throws {CliError} `USAGE`. */
async function readNamed(claim: string | undefined, channel: string | undefined): Promise<Named> {
  const { parseLbryReference } = await import('../../model/lbry-reference.ts')
  const reference = claim === undefined ? undefined : parseLbryReference(claim)
  if (claim !== undefined && reference === undefined) {
    throw new CliError('USAGE', `${claim} names no claim on LBRY`, {
      hint: 'give lbry://NAME#CLAIMID, the link to the page on Odysee, the 40 digits of the claim id, or TXID:NOUT',
    })
  }
  const given = channel?.toLowerCase()
  if (given !== undefined && !CLAIM_ID.test(given)) {
    throw new CliError('USAGE', `${channel} is not the id of a channel`, {
      hint: 'it has 40 hexadecimal digits; a name or the beginning of an id does not say which channel it is',
    })
  }
  const inAddress = reference?.address?.channel?.idPrefix ?? ''
  if (given !== undefined && !given.startsWith(inAddress)) {
    throw new CliError('USAGE', `the address is in channel ${inAddress}…, and --channel-id is another one`, {
      hint: 'name one channel, or leave one of them out',
    })
  }
  return { reference, channelId: given ?? (CLAIM_ID.test(inAddress) ? inAddress : undefined) }
}

function report(context: Context, answer: CopyAnswer): void {
  const { steps, equal, equality, unanswered, claim } = answer
  for (const step of steps) context.report.emit({ event: 'step', ...step })
  const failed = steps.filter(({ verdict }) => verdict === 'failed').map(({ step }) => step)
  if (equality === 'differs') {
    context.report.emit({
      event: 'problem',
      code: 'COPY_DIFFERS',
      message: 'this is not the file that was published',
      hint: 'compare the size first: a re-encoded copy is another file; if you trust the file, the publication is another one',
    })
  } else if (failed.length > 0) {
    context.report.emit({
      event: 'problem',
      code: 'COPY_CONTRADICTED',
      message: `what was given contradicts itself: ${failed.join(', ')}`,
      hint: 'something here is not what it claims to be, or belongs to another claim: see the steps that failed',
    })
  }
  // Where the answer is no, what else is open matters to nobody.
  if (equal !== false)
    for (const part of unanswered) context.report.emit({ event: 'problem', code: 'COPY_UNPROVEN', ...part })
  context.report.emit({ event: 'equality', equality, equal, ...(claim === undefined ? {} : { claim: flat(claim) }) })
  context.finish({ steps, equal, equality }, exitFor(answer))
}

function flat({ source, ...claim }: NonNullable<CopyAnswer['claim']>): ReportedClaim {
  return { ...claim, ...source }
}

function exitFor({ equal, unanswered }: CopyAnswer): Exit {
  if (equal === false) return EXIT.verification
  return unanswered.length > 0 ? EXIT.partly : EXIT.done
}
