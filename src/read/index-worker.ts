import { hash } from 'node:crypto'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { MAX_SHARD_BYTES } from '../manifest/index-shard.ts'
import { readSkeletons } from '../manifest/index-skeletons.ts'
import type { IndexTask } from './index-thread.ts'
import { readInto } from './read-into.ts'

const port = parentPort
if (port === null) throw new Error('this module is the body of a worker thread')

const { directory, head }: IndexTask = workerData
const buffer = new Uint8Array(MAX_SHARD_BYTES + 1)
const sha256 = (data: Uint8Array): Uint8Array => Buffer.from(hash('sha256', data, 'binary'), 'latin1')
port.postMessage(readSkeletons((path, maxBytes) => readInto(buffer, join(directory, path), maxBytes), head, sha256))
