import * as v from 'valibot'
import { isLbcAmount } from './amounts.ts'
import { isLbryLanguage } from './languages.ts'
import { isChannelName, isClaimName, MAX_NAME_BYTES } from './names.ts'

/** What an input must be, in words that finish "X must be …"; the value itself is never repeated, it may be a secret. */
type Text = v.GenericSchema<unknown, string>
type Whole = v.GenericSchema<unknown, number>

function text(isSo: (value: string) => boolean, what: string): Text {
  return v.pipe(v.string(what), v.check(isSo, what))
}

/** Any text but half a surrogate pair, which Python cannot send on. */
export const words: Text = text((value) => value.isWellFormed(), 'text')
export const filledWords: Text = text((value) => value.isWellFormed() && value !== '', 'text that is not empty')
/** Claims and channels: 20 bytes in hex. */
export const claimId: Text = text((value) => /^[0-9a-f]{40}$/.test(value), '40 hex digits in lower case')
export const txid: Text = text((value) => /^[0-9a-f]{64}$/.test(value), '64 hex digits in lower case')
/** SHA-384: blobs, descriptors, files. */
export const sha384: Text = text((value) => /^[0-9a-f]{96}$/.test(value), '96 hex digits in lower case')
/** What a search by hash takes. */
export const hexPrefix: Text = text((value) => /^[0-9a-f]{1,96}$/.test(value), 'hex digits in lower case')
export const hexData: Text = text((value) => /^(?:[0-9a-f]{2})*$/i.test(value), 'hex, two digits a byte')
/** A bid or amount of LBC above nothing, always text with a dot (facts 1.6). */
export const amount: Text = text(
  (value) => isLbcAmount(value) && /[1-9]/.test(value),
  'an amount above 0 as text, like "0.01", with one to eight decimals',
)
/** A price in any currency. Without a currency it means nothing: see stream params. */
export const price: Text = text(
  (value) => /^\d{1,10}(?:\.\d{1,8})?$/.test(value) && /[1-9]/.test(value),
  'a price as text, like "1.5"',
)
export const claimName: Text = text(
  isClaimName,
  `a name of at most ${MAX_NAME_BYTES} bytes without spaces and without any of = & # : $ @ % ? ; " / \\ < > { } | ^ ~ \` [ ] *`,
)
export const channelName: Text = text(isChannelName, 'a channel name: "@" and then as for any name')
export const language: Text = text(isLbryLanguage, 'a language that LBRY knows, like "ug", "zh-Hant" or "pt-BR"')
/** As the daemon's machine sees it, which may be Windows. */
export const absolutePath: Text = text(
  (value) => /^(?:\/|\\\\|[A-Za-z]:[\\/])/.test(value) && !value.includes('\0') && value.isWellFormed(),
  'an absolute path on the machine of the daemon',
)
export const lbryUrl: Text = text(
  (value) => /^[^\p{Cc}]{1,1000}$/u.test(value) && value.isWellFormed(),
  'an LBRY URL or name',
)

/** protobuf `uint32`: width, height, duration. The daemon takes -1 and 12.5 and stores something else. */
export const uint32: Whole = v.pipe(
  v.number('a whole number from 0 to 4294967295'),
  v.check((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32, 'a whole number from 0 to 4294967295'),
)
/** Seconds since 1970, before it too. Whole: the daemon refuses text and fractions (facts 1.6). */
export const unixSeconds: Whole = v.pipe(
  v.number('whole seconds since 1970 as a number'),
  v.check((given) => Number.isSafeInteger(given), 'whole seconds since 1970 as a number'),
)
export const count: Whole = v.pipe(
  v.number('a whole number of at least 1'),
  v.check((value) => Number.isSafeInteger(value) && value >= 1, 'a whole number of at least 1'),
)
export const index: Whole = v.pipe(
  v.number('a whole number of at least 0'),
  v.check((value) => Number.isSafeInteger(value) && value >= 0, 'a whole number of at least 0'),
)
/** Real ones only: the daemon takes any truthy value, "no" too, for true. */
export const flag: v.GenericSchema<unknown, boolean> = v.boolean('true or false')
/** For `is_spent`: false does not mean "not spent" to the daemon but "no matter", or even "spent ones too" (facts 1.5). */
export const onlyTrue: v.GenericSchema<unknown, true> = v.literal(
  true,
  'true, or left out: false means "no matter" here',
)

export function listOf(item: Text): v.GenericSchema<unknown, string[]> {
  return v.array(item, 'a list')
}

export function oneOrMore(item: Text): v.GenericSchema<unknown, string | string[]> {
  return v.union(
    [item, v.pipe(v.array(item, 'a list'), v.minLength(1, 'a list that is not empty'))],
    'one value or a list of them',
  )
}
