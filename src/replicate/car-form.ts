import { parseCid } from '../model/content-id.ts'
import { carOf } from './car-sections.ts'
import type { PinOptions, PinRequest } from './engine.ts'
import { ReplicateError } from './errors.ts'

/** A CAR of one bundle as the only part of a form, the way Kubo and IPFS Cluster take files. */
export interface CarForm {
  readonly headers: Readonly<Record<string, string>>
  /** Read from where the files lie while it is sent; nothing of it is kept. */
  readonly body: AsyncIterable<Uint8Array>
}

export function carForm(request: PinRequest, { signal, onBytes }: PinOptions): CarForm {
  return asForm(counted(carOf(parseCid(request.root), request.blocks(signal)), onBytes))
}

/** What an engine gets that named another root than the one it was sent. */
export function wrongRoot(name: string, { id }: PinRequest): ReplicateError {
  return new ReplicateError('ENGINE_WRONG_ROOT', `${name} answers with another root than that of ${id}`, {
    hint: 'something between here and there changes what is sent: look at once, and trust no pin of it',
  })
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of source) {
    yield bytes
    onBytes?.(bytes.length)
  }
}

/** Never among the bytes: the chance that a CAR holds these 122 random bits is none. */
function asForm(car: AsyncIterable<Uint8Array>): CarForm {
  const boundary = `holdfast-${crypto.randomUUID()}`
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="path"; filename="bundle.car"\r\nContent-Type: application/vnd.ipld.car\r\n\r\n`,
    )
    yield* car
    yield Buffer.from(`\r\n--${boundary}--\r\n`)
  }
  return { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body: body() }
}
