import type { Stream } from '@libp2p/interface'

/** libp2p's own iterator of a stream reads on while nobody takes; this one pauses it. */
export async function* chunksOf(stream: Stream): AsyncGenerator<Uint8Array, void, undefined> {
  let chunks: Uint8Array[] = []
  let ended = false
  let fault: Error | undefined
  let wake: () => void = () => undefined
  stream.addEventListener('message', ({ data }) => {
    chunks.push(data.subarray())
    if (stream.readStatus === 'readable') stream.pause()
    wake()
  })
  stream.addEventListener('remoteCloseWrite', () => {
    ended = true
    wake()
  })
  stream.addEventListener('close', ({ error }) => {
    ended = true
    fault = error
    wake()
  })
  for (;;) {
    const taken = chunks
    chunks = []
    yield* taken
    if (chunks.length > 0) continue
    if (fault !== undefined) throw fault
    if (stream.readStatus === 'paused') {
      stream.resume()
      if (chunks.length > 0) continue
    }
    if (ended || stream.status !== 'open') return
    await new Promise<void>((resolve) => {
      wake = resolve
    })
  }
}
