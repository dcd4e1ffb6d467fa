/**
 * Maps with bounded concurrency and yields in the order of the source, so that a run says the same things in the same
 * order however fast each file was.
 *
 * @param width - items under way at once.
 */
export async function* ordered<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  width: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = []
  try {
    for await (const item of source) {
      const result = map(item)
      // The rejection is met where the result is awaited, which may be later.
      result.catch(() => undefined)
      running.push(result)
      if (running.length < width) continue
      const first = running.shift()
      if (first !== undefined) yield await first
    }
    while (running.length > 0) {
      const first = running.shift()
      if (first !== undefined) yield await first
    }
  } finally {
    await Promise.allSettled(running)
  }
}
