import { createWriter, headerLength } from '@ipld/car/buffer-writer'
import { type BytesReader, chunkReader, createDecoder } from '@ipld/car/decoder'
import { varint } from 'multiformats'
import type { CID } from 'multiformats/cid'
import { cidText, digestOf } from '../model/content-id.ts'
import type { BlockSource } from './block-source.ts'
import { AddressError } from './errors.ts'
import { PROFILE } from './profile.ts'
import { isBlockOf } from './small-blocks.ts'
import { type Block, type WalkOptions, walkDag } from './walk-dag.ts'

/**
 * Writes a DAG as CARv1: one root, blocks depth first. Reads a block when the one before it was taken, so memory stays
 * flat; an error ends the stream before its end, and whoever reads it must then throw away what came.
 *
 * @throws {AddressError} as {@link walkDag} does.
 * @see https://ipld.io/specs/transport/car/carv1/
 */
export async function* writeCar(
  source: BlockSource,
  root: CID,
  options: WalkOptions,
): AsyncGenerator<Uint8Array, void, void> {
  const roots = [root]
  yield createWriter(new ArrayBuffer(headerLength({ roots })), { roots }).close()
  for await (const { cid, bytes } of walkDag(source, root, options)) {
    const length = cid.bytes.length + bytes.length
    const head = new Uint8Array(varint.encodingLength(length) + cid.bytes.length)
    head.set(cid.bytes, varint.encodeTo(length, head).length - cid.bytes.length)
    yield head
    yield bytes
  }
}

export interface CarReading {
  readonly roots: readonly CID[]
  /** Each block as its CID says, in the order of the CAR. To be read once; stopping early closes the source. */
  readonly blocks: AsyncIterable<Block>
}

/**
 * Reads a CARv1 that nobody vouches for. No block is given before it was hashed, and none above 2 MiB is ever gathered,
 * whatever length the CAR claims for it.
 *
 * @param options.maxBytes - length beyond which the CAR is refused.
 * @throws {AddressError} `CAR_INVALID`, here or while blocks are read: a wrong header or section, a block that is not
 * its CID's or has another hash than SHA-256, an early end, too many bytes. What `source` throws passes through.
 */
export async function readCar(
  source: AsyncIterable<Uint8Array>,
  options: { readonly signal: AbortSignal; readonly maxBytes: number },
): Promise<CarReading> {
  const iterator = source[Symbol.asyncIterator]()
  const input = { fault: undefined as unknown, bytes: 0 }
  const next = async (): Promise<Uint8Array | null> => {
    options.signal.throwIfAborted()
    const { done, value } = await iterator.next()
    if (done === true) return null
    input.bytes += value.length
    if (input.bytes > options.maxBytes) throw broken(`more than ${options.maxBytes} bytes long`)
    return value
  }
  const reader = bounded(
    chunkReader(() =>
      next().catch((error: unknown) => {
        input.fault = error
        throw error
      }),
    ),
  )
  const decoder = createDecoder(reader)
  const translate = (error: unknown): unknown => (error === input.fault ? error : broken('not a CARv1', error))
  try {
    const { version, roots } = await decoder.header()
    if (version !== 1) throw broken('of another version')
    // A CID that begins with version 0 and then has a codec is taken for another one, which is shorter when written again.
    if (reader.pos !== headerLength({ roots })) throw broken('with a header that is not as it is to be written')
    return { roots, blocks: verified(decoder.blocks(), iterator, translate) }
  } catch (error) {
    await iterator.return?.()
    throw translate(error)
  }
}

async function* verified(
  blocks: AsyncIterable<Block>,
  source: AsyncIterator<Uint8Array>,
  translate: (error: unknown) => unknown,
): AsyncGenerator<Block, void, void> {
  try {
    for await (const { cid, bytes } of blocks) {
      if (digestOf(cid) === undefined) throw broken(`with ${cidText(cid)}, whose hash is not SHA-256`)
      if (!isBlockOf(cid, bytes)) throw broken(`with other bytes than those of ${cidText(cid)}`)
      yield { cid, bytes }
    }
  } catch (error) {
    throw translate(error)
  } finally {
    await source.return?.()
  }
}

/** The decoder gathers as many bytes as a length says before it looks at them. */
function bounded(reader: BytesReader): BytesReader {
  return {
    upTo: (length) => reader.upTo(length),
    exactly: (length, seek) => {
      if (length < 0 || length > PROFILE.maxBlockBytes) throw broken(`with a part of ${length} bytes`)
      return reader.exactly(length, seek)
    },
    seek: (length) => reader.seek(length),
    get pos() {
      return reader.pos
    },
  }
}

function broken(reason: string, cause?: unknown): AddressError {
  if (cause instanceof AddressError) return cause
  return new AddressError('CAR_INVALID', `this CAR is ${reason}`, { cause })
}
