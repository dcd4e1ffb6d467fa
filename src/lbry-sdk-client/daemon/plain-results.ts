import * as v from 'valibot'

export const bool: v.GenericSchema<unknown, boolean> = v.boolean()
export const anyText: v.GenericSchema<unknown, string> = v.string()
export const filledText: v.GenericSchema<unknown, string> = v.pipe(v.string(), v.nonEmpty())
/** For methods whose answer says nothing, so that any will do. */
export const nothing: v.GenericSchema<unknown, undefined> = v.pipe(
  v.unknown(),
  v.transform(() => undefined),
)
