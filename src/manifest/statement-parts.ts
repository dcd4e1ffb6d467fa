import * as v from 'valibot'
import { isHex, isPointInTime } from './statement-fields.ts'

/** `YYYY-MM-DDTHH:MM:SSZ`. */
export const at: v.GenericSchema<string> = v.pipe(v.string(), v.check(isPointInTime))

/** Of an entry, or a number of anything. */
export const index: v.GenericSchema<number> = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

export const sha256: v.GenericSchema<string> = hexOf(32)

/** Lower-case hex of so many bytes. */
export function hexOf(bytes: number): v.GenericSchema<string> {
  return v.pipe(
    v.string(),
    v.check((text) => isHex(text, bytes)),
  )
}

/** Tells whether no text occurs twice. */
export function areDistinct(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length
}
