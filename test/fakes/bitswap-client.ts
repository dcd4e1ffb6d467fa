import { createHash } from 'node:crypto'
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'
import { identify } from '@libp2p/identify'
import type { Connection, IdentifyResult, Libp2p, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { varint } from 'multiformats'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { sha256 } from 'multiformats/hashes/sha2'

export const BITSWAP = '/ipfs/bitswap/1.2.0'

export interface Wanted {
  readonly cid: CID | Uint8Array
  readonly haveOnly?: boolean
  readonly cancel?: boolean
  readonly sendDontHave?: boolean
}

/** What a server said: blocks by the CID that their bytes have, and presences by their CID. */
export interface Heard {
  readonly blocks: Map<string, Uint8Array>
  readonly have: Set<string>
  readonly dontHave: Set<string>
}

/** The least that fetches over Bitswap, written from the protocol and sharing nothing with the program. */
export interface BitswapClient extends AsyncDisposable {
  readonly libp2p: Libp2p
  /** What the server says of itself. */
  readonly identified: Promise<IdentifyResult>
  readonly connection: Connection
  readonly heard: Heard
  /** Sends a want-list on a stream of its own. */
  want(wanted: readonly Wanted[]): Promise<Stream>
  /** Sends bytes as they are. */
  send(bytes: Uint8Array): Promise<Stream>
  /** Resolves when `done` holds of what was heard; looks again after every message. Rejects when the connection ends. */
  until(done: (heard: Heard) => boolean): Promise<void>
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>
}

/** @param takes - false for a peer that asks and never reads. */
export async function aBitswapClient(
  address: string,
  { takes = true }: { takes?: boolean } = {},
): Promise<BitswapClient> {
  const libp2p = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() },
  })
  const heard: Heard = { blocks: new Map(), have: new Set(), dontHave: new Set() }
  const news = new EventTarget()
  await libp2p.handle(BITSWAP, (stream) => {
    if (!takes) {
      stream.pause()
      return
    }
    let held: Uint8Array = new Uint8Array()
    stream.addEventListener('message', ({ data }) => {
      held = takeMessages(Buffer.concat([held, data.subarray()]), heard)
      news.dispatchEvent(new Event('news'))
    })
  })
  const identified = new Promise<IdentifyResult>((resolve) => {
    libp2p.addEventListener('peer:identify', ({ detail }) => resolve(detail), { once: true })
  })
  const connection = await libp2p.dial(multiaddr(address)).catch(async (error: unknown) => {
    await libp2p.stop()
    throw error
  })
  let open = true
  const ended = new Promise<void>((resolve) => {
    connection.addEventListener('close', () => {
      open = false
      news.dispatchEvent(new Event('news'))
      resolve()
    })
  })
  const send = async (bytes: Uint8Array): Promise<Stream> => {
    const stream = await connection.newStream(BITSWAP)
    stream.send(bytes)
    return stream
  }
  return {
    libp2p,
    connection,
    identified,
    heard,
    ended,
    send,
    want: (wanted) => send(frameOf(encodeWants(wanted))),
    async until(done) {
      while (!done(heard)) {
        if (!open) throw new Error('the connection ended before')
        await new Promise((resolve) => news.addEventListener('news', resolve, { once: true }))
      }
    },
    async [Symbol.asyncDispose]() {
      await libp2p.stop()
    },
  }
}

export function encodeWants(wanted: readonly Wanted[]): Uint8Array {
  const list = new BinaryWriter()
  for (const { cid, cancel, haveOnly, sendDontHave } of wanted) {
    const entry = new BinaryWriter()
      .tag(1, 2)
      .bytes('bytes' in cid ? cid.bytes : cid)
      .tag(2, 0)
      .int32(1)
    if (cancel === true) entry.tag(3, 0).bool(true)
    if (haveOnly === true) entry.tag(4, 0).int32(1)
    if (sendDontHave === true) entry.tag(5, 0).bool(true)
    list.tag(1, 2).bytes(entry.finish())
  }
  return new BinaryWriter().tag(1, 2).bytes(list.finish()).finish()
}

/** A message with its length before it. */
export function frameOf(message: Uint8Array): Uint8Array {
  return Buffer.concat([
    varint.encodeTo(message.length, new Uint8Array(varint.encodingLength(message.length))),
    message,
  ])
}

/** @returns what is left for the next message. */
function takeMessages(bytes: Uint8Array, heard: Heard): Uint8Array {
  for (let rest = bytes; ; ) {
    const message = firstMessage(rest)
    if (message === undefined) return rest
    readMessage(rest.subarray(message.start, message.end), heard)
    rest = rest.subarray(message.end)
  }
}

function firstMessage(bytes: Uint8Array): { readonly start: number; readonly end: number } | undefined {
  const last = bytes.findIndex((byte) => byte < 0x80)
  if (last === -1) return undefined
  const [length, start] = varint.decode(bytes)
  return bytes.length < start + length ? undefined : { start, end: start + length }
}

function readMessage(message: Uint8Array, heard: Heard): void {
  const reader = new BinaryReader(message)
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field === 3) {
      const [prefix, bytes] = twoFields(reader.bytes())
      heard.blocks.set(cidOf(bytesOf(prefix), bytesOf(bytes)), bytesOf(bytes))
    } else if (field === 4) {
      const [cid, kind] = twoFields(reader.bytes())
      const presences = kind === 1 ? heard.dontHave : heard.have
      presences.add(CID.decode(bytesOf(cid)).toString())
    } else reader.skip(type, field)
  }
}

function twoFields(bytes: Uint8Array): [Uint8Array | number | undefined, Uint8Array | number | undefined] {
  const reader = new BinaryReader(bytes)
  const found: [Uint8Array | number | undefined, Uint8Array | number | undefined] = [undefined, undefined]
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    found[field === 1 ? 0 : 1] = type === 2 ? reader.bytes() : reader.int32()
  }
  return found
}

function bytesOf(value: Uint8Array | number | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new TypeError('a field with bytes is missing')
}

/** A block comes with everything of its CID but the digest, so that whoever gets it has to hash it. */
function cidOf(prefix: Uint8Array, bytes: Uint8Array): string {
  const numbers: number[] = []
  for (let at = 0; at < prefix.length; ) {
    const [value, taken] = varint.decode(prefix, at)
    numbers.push(value)
    at += taken
  }
  const [version, codec = 0, code, length] = numbers
  if (version !== 1 || code !== sha256.code || length !== 32) throw new TypeError('another kind of block')
  return CID.createV1(codec, createDigest(sha256.code, createHash('sha256').update(bytes).digest())).toString()
}
