import * as v from 'valibot'
import { type Output, output, type Transaction, transaction } from './output.ts'

/** What one URL leads to. */
export type Resolved =
  | { readonly found: true; readonly output: Output }
  | {
      readonly found: false
      /** `INVALID` is ours too, for a URL that the daemon cannot read. */
      readonly reason: 'NOT_FOUND' | 'INVALID' | 'BLOCKED' | 'OTHER'
    }

/** `undefined` when the hub says that there is none; a hub that fails is an error (reply.ts). */
export const transactionOrNone: v.GenericSchema<unknown, Transaction | undefined> = v.union([
  transaction,
  v.pipe(
    v.object({ success: v.literal(false), code: v.literal(404) }),
    v.transform(() => undefined),
  ),
])

const unresolved = v.pipe(
  v.object({ error: v.union([v.string(), v.object({ name: v.string() })]) }),
  v.transform(({ error }): Resolved => {
    // Text instead of an object says that the URL itself cannot be read (facts 1.5).
    const name = typeof error === 'string' ? 'INVALID' : error.name
    return { found: false, reason: name === 'NOT_FOUND' || name === 'INVALID' || name === 'BLOCKED' ? name : 'OTHER' }
  }),
)
const resolvedOutput = v.pipe(
  output,
  v.transform((one): Resolved => ({ found: true, output: one })),
)
/** By URL, as it was asked for. A map, since a URL may be called `__proto__`. */
export const resolved: v.GenericSchema<unknown, ReadonlyMap<string, Resolved>> = v.pipe(
  v.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
  v.transform((value) => Object.entries(value)),
  v.array(v.tuple([v.string(), v.union([unresolved, resolvedOutput])])),
  v.transform((entries) => new Map(entries)),
)
