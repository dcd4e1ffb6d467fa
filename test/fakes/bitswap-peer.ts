import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'
import { identify } from '@libp2p/identify'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { varint } from 'multiformats'
import { CID } from 'multiformats/cid'
import { BITSWAP, frameOf } from './bitswap-client.ts'

export interface HeardWant {
  readonly cid: CID
  readonly cancel: boolean
  readonly sendDontHave: boolean
}

/** What a peer may do with a want: everything that it can say, on a stream that it opens. */
export interface Answering {
  readonly connection: Connection
  block(cid: CID, bytes: Uint8Array): Promise<void>
  presence(cid: CID, kind: 'have' | 'dont-have'): Promise<void>
  raw(bytes: Uint8Array): Promise<void>
}

export type Behaviour = (want: HeardWant, answering: Answering) => Promise<void> | void

/** A peer that answers as it is told to, written from the protocol and sharing nothing with the program. */
export interface BitswapPeer extends AsyncDisposable {
  readonly address: string
  readonly libp2p: Libp2p
  readonly wants: HeardWant[]
  /** How often somebody connected. */
  connections: number
}

/** @param behaviour - undefined for a peer that does not know Bitswap. */
export async function aBitswapPeer(behaviour: Behaviour | undefined): Promise<BitswapPeer> {
  const libp2p = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() },
  })
  const peer: BitswapPeer = {
    libp2p,
    wants: [],
    connections: 0,
    address: String(libp2p.getMultiaddrs()[0]),
    async [Symbol.asyncDispose]() {
      await libp2p.stop()
    },
  }
  libp2p.addEventListener('connection:open', () => {
    peer.connections += 1
  })
  if (behaviour !== undefined)
    await libp2p.handle(BITSWAP, (stream, connection) => {
      const answering = answeringOver(connection)
      onWants(stream, (want) => {
        peer.wants.push(want)
        // What it does after its connection is gone is no concern of a test.
        void Promise.resolve(behaviour(want, answering)).catch(() => undefined)
      })
    })
  return peer
}

function answeringOver(connection: Connection): Answering {
  let opening: Promise<Stream> | undefined
  const raw = async (bytes: Uint8Array): Promise<void> => {
    opening ??= connection.newStream(BITSWAP)
    const stream = await opening
    stream.send(bytes)
    while (stream.writableNeedsDrain)
      await new Promise<void>((resolve, reject) => {
        stream.addEventListener('drain', () => resolve(), { once: true })
        stream.addEventListener('close', () => reject(new Error('closed')), { once: true })
      })
  }
  return {
    connection,
    raw,
    block: (cid, bytes) => raw(blockMessage(cid, bytes)),
    presence: (cid, kind) => raw(presenceMessage(cid, kind)),
  }
}

export function blockMessage(cid: CID, bytes: Uint8Array): Uint8Array {
  const { code, digest } = cid.multihash
  const prefix = new BinaryWriter().uint32(cid.version).uint32(cid.code).uint32(code).uint32(digest.length).finish()
  const payload = new BinaryWriter().tag(1, 2).bytes(prefix).tag(2, 2).bytes(bytes).finish()
  return frameOf(new BinaryWriter().tag(3, 2).bytes(payload).finish())
}

function presenceMessage(cid: CID, kind: 'have' | 'dont-have'): Uint8Array {
  const presence = new BinaryWriter()
    .tag(1, 2)
    .bytes(cid.bytes)
    .tag(2, 0)
    .int32(kind === 'have' ? 0 : 1)
    .finish()
  return frameOf(new BinaryWriter().tag(4, 2).bytes(presence).finish())
}

function onWants(stream: Stream, onWant: (want: HeardWant) => void): void {
  let held: Uint8Array = new Uint8Array()
  stream.addEventListener('message', ({ data }) => {
    held = Buffer.concat([held, data.subarray()])
    while (held.length > 0) {
      const last = held.findIndex((byte) => byte < 0x80)
      if (last === -1) return
      const [length, start] = varint.decode(held)
      if (held.length < start + length) return
      for (const want of wantsIn(held.subarray(start, start + length))) onWant(want)
      held = held.subarray(start + length)
    }
  })
}

function* wantsIn(message: Uint8Array): Generator<HeardWant> {
  for (const list of valuesOf(message, 1))
    for (const entry of valuesOf(list as Uint8Array, 1)) {
      const [cid] = valuesOf(entry as Uint8Array, 1)
      const [cancel, sendDontHave] = [3, 5].map((field) => valuesOf(entry as Uint8Array, field)[0] === 1)
      yield { cid: CID.decode(cid as Uint8Array), cancel: cancel === true, sendDontHave: sendDontHave === true }
    }
}

function valuesOf(bytes: Uint8Array, wanted: number): (Uint8Array | number)[] {
  const reader = new BinaryReader(bytes)
  const found: (Uint8Array | number)[] = []
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    const value = type === 2 ? reader.bytes() : reader.int32()
    if (field === wanted) found.push(value)
  }
  return found
}
