/** Enough for a readable input; a run that failed should end soon. */
const MAX_TRIES = 2_000

/**
 * Takes parts out of an input for as long as it fails in the same way: halves first, single bytes last.
 *
 * @param fails - tells whether a smaller input still does.
 */
export async function minimised(
  input: Uint8Array,
  fails: (smaller: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let small = input
  let tries = 0
  for (let part = small.length; part >= 1 && tries < MAX_TRIES; part = Math.floor(part / 2)) {
    for (let at = 0; at < small.length && tries < MAX_TRIES; tries += 1) {
      const smaller = Buffer.concat([small.subarray(0, at), small.subarray(at + part)])
      if (await fails(smaller)) small = smaller
      else at += part
    }
  }
  return small
}
