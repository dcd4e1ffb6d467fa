import { parentPort } from 'node:worker_threads'
import { type HashReply, type HashTask, perform } from './hash-task.ts'

const port = parentPort
if (port === null) throw new Error('this module is the body of a worker thread')

const answer = (reply: HashReply): void => port.postMessage(reply)
port.on('message', (task: HashTask) => answer(perform(task, (bytes) => answer({ kind: 'progress', bytes }))))
