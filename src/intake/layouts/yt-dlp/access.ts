import type { FoundBundle } from '../../layout.ts'
import type { Info } from './info-fields.ts'

/** yt-dlp's words for who can see an item. Source: `availability` in yt_dlp/extractor/common.py. */
const WORDS: readonly string[] = ['private', 'premium_only', 'subscriber_only', 'needs_auth', 'unlisted']

/** Public only where the source says so in as many words; all else waits for a person. */
export function accessOf({ availability }: Info): FoundBundle['access'] {
  if (availability === 'public')
    return { value: 'public', reason: 'the source says that anybody could see it (availability: public)' }
  if (availability === undefined) return { value: 'hold', reason: 'the source does not say who could see it' }
  const word = WORDS.find((known) => known === availability)
  return {
    value: 'hold',
    reason:
      word === undefined
        ? 'the source says nothing clear of who could see it'
        : `the source says availability: ${word}`,
  }
}
