import { createHash } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { CID } from 'multiformats/cid'
import { AddressError } from '../../../src/address/errors.ts'
import { rawCid } from '../../../src/model/content-id.ts'
import type { Problem } from '../../../src/model/errors.ts'
import type { P2pContent } from '../../../src/p2p/content.ts'
import type { P2pLimits } from '../../../src/p2p/limits.ts'
import { openNode, type P2pNode } from '../../../src/p2p/node.ts'
import type { P2pSettings } from '../../../src/p2p/settings.ts'
import { aBitswapClient, type BitswapClient } from '../../fakes/bitswap-client.ts'

export const LOOPBACK: P2pSettings = {
  listen: ['/ip4/127.0.0.1/tcp/0'],
  allowRemote: false,
  announce: [],
  peers: [],
  maxConnections: 32,
  maxQueuedBytes: 32 * 2_359_296,
}

export function cidFor(bytes: Uint8Array): CID {
  return rawCid(createHash('sha256').update(bytes).digest())
}

/** Blocks in memory that count how much of them is held: read, and not yet forgotten by the reader. */
export class FakeP2pContent implements P2pContent {
  readonly #blocks = new Map<string, Uint8Array>()
  readonly damaged: Set<string> = new Set()
  readonly asked: string[] = []
  reads = 0

  put(bytes: Uint8Array): CID {
    const cid = cidFor(bytes)
    this.#blocks.set(cid.toString(), bytes)
    return cid
  }

  withdraw(cid: CID): void {
    this.#blocks.delete(cid.toString())
  }

  isServed(cid: CID): boolean {
    this.asked.push(cid.toString())
    return this.#blocks.has(cid.toString())
  }

  async readBlock(cid: CID): Promise<Uint8Array> {
    this.reads += 1
    const bytes = this.#blocks.get(cid.toString())
    if (bytes === undefined || this.damaged.has(cid.toString()))
      throw new AddressError('BLOCK_DAMAGED', `${cid} is damaged`)
    return bytes
  }
}

export interface P2pWorld {
  readonly content: FakeP2pContent
  readonly node: P2pNode
  readonly problems: Problem[]
  readonly address: string
  client(options?: { takes?: boolean }): Promise<BitswapClient>
}

/** A node on loopback, and peers that dial it; all gone after the test. */
export async function aP2pWorld(
  context: TestContext,
  { limits = {}, settings = {} }: { limits?: Partial<P2pLimits>; settings?: Partial<P2pSettings> } = {},
): Promise<P2pWorld> {
  const content = new FakeP2pContent()
  const problems: Problem[] = []
  const node = await openNode({
    settings: { ...LOOPBACK, ...settings },
    seed: new Uint8Array(32).fill(7),
    content,
    limits,
    onProblem: (problem) => problems.push(problem),
  })
  const clients: BitswapClient[] = []
  context.after(async () => {
    for (const client of clients) await client[Symbol.asyncDispose]()
    await node[Symbol.asyncDispose]()
  })
  const [address = ''] = node.multiaddrs
  return {
    content,
    node,
    problems,
    address,
    async client(options) {
      const client = await aBitswapClient(address, options)
      clients.push(client)
      return client
    },
  }
}
