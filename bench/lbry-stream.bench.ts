import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import type { StreamDescriptor } from '../src/lbry-sdk-client/stream/descriptor.ts'
import { makeStream } from '../src/lbry-sdk-client/stream/make-stream.ts'
import { verifyFile } from '../src/lbry-sdk-client/stream/verify-file.ts'
import { randomFile, rate, sparseFile } from './large-file.ts'
import type { Bench, Prepared } from './run.ts'

const GIB = 1024 ** 3
const KEY = '000102030405060708090a0b0c0d0e0f'

/**
 * What a person would type to do the same work once, with both programs running at the same time: the file encrypted as
 * one piece, and the SHA-384 of what comes out.
 */
function opensslFloor(path: string): number {
  const start = performance.now()
  const command = 'openssl enc -aes-128-cbc -K "$1" -iv "$1" -in "$0" | openssl dgst -sha384'
  execFileSync('sh', ['-c', command, path, KEY])
  return rate(path, start)
}

async function verifying(path: string): Promise<Prepared> {
  const { descriptor }: { descriptor: StreamDescriptor } = await makeStream(path)
  return {
    floor: () => opensslFloor(path),
    async value() {
      const start = performance.now()
      const verdict = await verifyFile(path, descriptor)
      if (!verdict.equal || verdict.sizeBytes !== statSync(path).size) throw new Error('the file was not found equal')
      return rate(path, start)
    },
  }
}

async function making(path: string): Promise<Prepared> {
  return {
    floor: () => opensslFloor(path),
    async value() {
      const start = performance.now()
      await makeStream(path)
      return rate(path, start)
    },
  }
}

export const benches: readonly Bench[] = [
  {
    name: 'LBRY: verify 1 GiB against its descriptor',
    unit: 'MB/s',
    target: { ratioAtLeast: 0.5, rssMbAtMost: 200 },
    prepare: (dir) => verifying(randomFile(dir, '1-gib', GIB)),
  },
  {
    name: 'LBRY: verify 8 GiB against its descriptor',
    unit: 'MB/s',
    target: { ratioAtLeast: 0.5, rssMbAtMost: 200 },
    rounds: 1,
    prepare: (dir) => verifying(sparseFile(dir, '8-gib', 8 * GIB)),
  },
  {
    name: 'LBRY: make the stream of 1 GiB',
    unit: 'MB/s',
    target: { ratioAtLeast: 0.3, rssMbAtMost: 200 },
    prepare: (dir) => making(randomFile(dir, '1-gib', GIB)),
  },
]
