import type { Event } from './events.ts'
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

/** The publisher's word on how far a copy is the same, for people. */
export function gradeText(equality: unknown): string {
  switch (equality) {
    case 'verified':
      return 'verified: the publisher says that it compared the copy itself, and it is byte for byte the same'
    case 'asserted':
      return 'asserted: the publisher says that the copy names size and hash of this file; the bytes behind it were not compared'
    case 'differs':
      return 'differs: the publisher says that the copy is NOT the same file'
    default:
      return 'unknown: the publisher did not compare the copy'
  }
}
