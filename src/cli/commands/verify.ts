import type { Command } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { readPolicy } from '../policy-option.ts'

const DESCRIPTION = `checks a receipt, offline, and a file against it

That the publisher asserted that these bytes were at this URL, and that the assertion is unchanged since the witnesses
saw it. With --file also that a video is the one of the receipt.

Or checks evidence that a mirror kept: two heads of one log that contradict each other.

Or checks a note of holdings, in which a mirror says what it holds of a log: --holder is the key of that mirror, --file the list beside the note.`

/** What a receipt never says by itself (manifest-v1 §11.2). */
const NEVER_PROVEN = "that the bytes really were at the URL: this is the publisher's word"
const COPY_NOT_PROVEN =
  "whether the copy is the same file: its grade is the publisher's word, and `holdfast lbry verify` looks for itself"

function requireHolder(vkey: string | undefined): string {
  if (vkey !== undefined) return vkey
  throw new CliError(
    'USAGE',
    'this is a note of holdings, and says nothing without the key of the mirror that signed it',
    {
      hint: 'give it with --holder: `holdfast key show` prints it there, as "holder"',
    },
  )
}

/** `holdfast verify FILE` */
export function verifyCommand(context: Context): Command {
  return command('verify', DESCRIPTION, 'holdfast verify receipt.tlog-proof --policy policy.txt --file video.mp4')
    .argument('<receipt>', 'the file that `holdfast prove` made, or the evidence of a mirror')
    .requiredOption('--policy <file|vkey>', 'whose signatures count: a policy file, or the verifier key of the log')
    .option('--file <path>', 'a file that the receipt should be about; of a note of holdings its list')
    .option('--holder <vkey>', 'of a note of holdings: the verifier key of the mirror, NAME/holder')
    .action(async (receipt, options) => {
      const { readReceiptFile, fileInStatement } = await import('../../read/receipt-file.ts')
      const { verifyReceipt } = await import('../../read/verify-receipt.ts')
      const { nodePrimitives } = await import('../../store/node-primitives.ts')
      const { isForkEvidence, parseForkEvidence, verifyForkEvidence } = await import('../../read/fork-evidence.ts')
      const { isHoldings } = await import('../../manifest/holdings.ts')
      const policy = await readPolicy(options.policy, nodePrimitives.sha256)
      const bytes = await readReceiptFile(receipt)
      if (isForkEvidence(bytes)) {
        const fork = verifyForkEvidence(parseForkEvidence(bytes), policy, nodePrimitives)
        context.report.emit({ event: 'fork', verified: true, ...fork })
        context.finish({ verified: true })
        return
      }
      if (isHoldings(bytes)) {
        const { verifyHoldingsFile } = await import('../../read/verify-holdings.ts')
        const question = { policy, holder: requireHolder(options.holder), list: options.file }
        const held = await verifyHoldingsFile(bytes, question, nodePrimitives)
        context.report.emit({ event: 'holdings', verified: true, ...held })
        context.finish({ verified: true })
        return
      }
      const proven = verifyReceipt(bytes, policy, nodePrimitives)
      const file =
        options.file === undefined ? undefined : await fileInStatement(options.file, proven.statement, context.signal)
      context.report.emit({
        event: 'proof',
        verified: true,
        ...proven,
        ...(file === undefined ? {} : { file }),
        notChecked: [
          `later statements not checked, state as of size ${proven.checkpoint.size}`,
          proven.statement.type === 'copy/1' ? COPY_NOT_PROVEN : NEVER_PROVEN,
          ...(file === undefined ? ['no file was given to compare'] : []),
        ],
      })
      context.finish({ verified: true })
    }) as unknown as Command
}
