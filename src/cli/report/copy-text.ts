import type { CopyStatement } from '../../manifest/statement-types.ts'
import type { Event, ReportedCopy } from './events.ts'
import { printable } from './format.ts'

/** What a verdict means, for people; nothing where the word says it. */
const MEANING: Readonly<
  Record<Extract<Event, { event: 'step' }>['verdict'], readonly [word: string, meaning: string]>
> = {
  verified: ['verified', ''],
  claimed: ['claimed', ' (somebody says so, and nothing here proves it)'],
  'not-checked': ['not checked', ''],
  failed: ['FAILED', ''],
}

/** One step of a proof: the verdict, what was looked at, and what was found. */
export function stepText({ step, verdict, detail }: Extract<Event, { event: 'step' }>): string {
  const [word, meaning] = MEANING[verdict]
  return `${word.padEnd(11)}  ${step.padEnd(12)} ${printable(detail)}${meaning}`
}

/** What all steps come to, in one sentence. */
export function equalityText({ equality, equal, claim }: Extract<Event, { event: 'equality' }>): string {
  switch (equality) {
    case 'proven': {
      const proven = 'The file is this stream, byte for byte.'
      if (equal === true)
        return claim === undefined
          ? `${proven} Which claim names the stream was not looked at.`
          : `${proven} Claim ${claim.claimId} names it.`
      return `${proven} But ${equal === false ? 'a step failed, so do not believe the rest' : 'not all that you asked is proven'}: see above.`
    }
    case 'asserted':
      return 'The claim says size and hash of this file. The stream behind it was not compared, so this is only its word.'
    case 'differs':
      return 'The file is NOT what was published.'
    case 'unknown':
      return 'Nothing was compared with the file.'
    default:
      return equality satisfies never
  }
}

/** What the publisher's word on a copy means. Nobody else has looked. */
const GRADES: Readonly<Record<ReportedCopy['equality'], string>> = {
  verified: 'verified: the publisher says that it compared the copy itself, and it is the same, byte for byte',
  asserted:
    'asserted: the publisher says that the copy names size and hash of this file; what is behind it was not compared',
  differs: 'DIFFERS: the publisher says that this is NOT the same file',
  unknown: 'unknown: the publisher did not compare it',
}

/** Copies of a bundle: one paragraph each, however many statements name it, with its newest grade. */
export function copyLines(copies: readonly ReportedCopy[]): string[] {
  const newest = new Map<string, ReportedCopy>()
  for (const copy of copies.toSorted((a, b) => a.index - b.index))
    newest.set(`${copy.root} ${copy.file} ${copy.target} ${copy.ids['claimId'] ?? copy.key}`, copy)
  return [...newest.values()].flatMap(({ file, target, key, ids, equality, page }) => {
    const { claimId } = ids
    return [
      `  copy  ${printable(file)} at ${printable(target)}, ${claimId === undefined ? printable(key) : `claim ${printable(claimId)}`}`,
      `        ${GRADES[equality]}`,
      ...(page === undefined
        ? []
        : [`        ${page} (lbry:// and odysee.com need its name, which is not in the log)`]),
    ]
  })
}

/** What a receipt of a `copy/1` statement says; nothing for other statements. */
export function provenCopyLines(statement: unknown): string[] {
  if (!isCopyStatement(statement)) return []
  const { file, target, key, equality } = statement
  return [`    a copy of ${printable(file)} is at ${printable(target)}: ${printable(key)}`, `    ${GRADES[equality]}`]
}

function isCopyStatement(value: unknown): value is CopyStatement {
  return (
    typeof value === 'object' && value !== null && 'type' in value && value.type === 'copy/1' && 'equality' in value
  )
}
