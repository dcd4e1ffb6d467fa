import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

describe('a hasher that is closed', () => {
  it('ends for whoever waits for that, also when a task ends at the same moment', async () => {
    // In a process of its own: when the end is missed, nothing keeps a process alive, and it ends without a word.
    const script = fileURLToPath(new URL('processes/close-hashers.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [script])
    assert.equal(stdout, 'all are closed')
  })
})
