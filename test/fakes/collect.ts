/** Everything that a sequence yields, in order; `Array.fromAsync` is not in the library that the compiler knows. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
