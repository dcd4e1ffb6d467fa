/**
 * Wraps a read so that its first answers stay in memory, up to a budget. An index reads every entry about five times, in
 * the order of hashes: a cache of the newest answers would drop each one just before it is wanted again.
 *
 * @param costOf - in the same unit as `budget`.
 * @param budget - once it is used up, other answers are read each time.
 */
export function keepReads<K, V>(read: (key: K) => V, costOf: (value: V) => number, budget: number): (key: K) => V {
  const kept = new Map<K, V>()
  let left = budget
  return (key) => {
    const known = kept.get(key)
    if (known !== undefined) return known
    const value = read(key)
    const cost = costOf(value)
    if (cost <= left) {
      kept.set(key, value)
      left -= cost
    }
    return value
  }
}

/** Memory for the entries of one index: 32 MiB, some 30,000 of them. */
const ENTRY_BUDGET = 32 * 1024 * 1024
/** An entry in a Map, beside its bytes. */
const ENTRY_OVERHEAD = 200

/** {@link keepReads} for entries of the log. */
export function keepEntries(read: (index: number) => Uint8Array): (index: number) => Uint8Array {
  return keepReads(read, (bytes) => bytes.length + ENTRY_OVERHEAD, ENTRY_BUDGET)
}
