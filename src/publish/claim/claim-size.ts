import type { ClaimText } from '../target.ts'
import { bytesOf } from './cut.ts'

/** lbcd's MaxClaimScriptSize; nodes drop larger claims that the daemon builds without a word (facts 1.6). */
const MAX_CLAIM_SCRIPT = 8_192
/**
 * Everything of a claim script but its texts, generously: name (255, because an adopted claim keeps its own), claim id
 * (20), opcodes and lengths, the payment to an address (320 in all); channel and signature (85); source with two hashes,
 * size, the name of the file (264) and a media type of 100 (500); time, width, height, duration (35); keys and lengths of
 * the fields (40).
 */
const AROUND_TEXTS = 980
/** Left free for what a later release of LBRY or a hosted service adds. */
const SPARE = 150
/** Key and length of an item in a list; a language is a message of up to two numbers in another message. */
const PER_TAG = 3
const PER_LANGUAGE = 8

/**
 * Bytes that a description may have beside the other texts of its claim: an upper bound of the script stays within 8,192
 * bytes.
 */
export function roomForDescription(texts: Omit<ClaimText, 'name' | 'description'>): number {
  const { title, license = '', licenseUrl = '', thumbnailUrl = '' } = texts
  const lines = [title, license, licenseUrl, thumbnailUrl].reduce((sum, text) => sum + bytesOf(text), 0)
  const tags = texts.tags.reduce((sum, tag) => sum + bytesOf(tag) + PER_TAG, 0)
  return MAX_CLAIM_SCRIPT - AROUND_TEXTS - SPARE - lines - tags - texts.languages.length * PER_LANGUAGE
}
