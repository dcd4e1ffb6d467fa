import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type Hasher, openHasher } from '../../../src/address/hash-file.ts'
import { ytDlpLayout } from '../../../src/intake/layouts/yt-dlp.ts'
import { add } from '../../../src/pipeline.ts'
import { aVideo } from '../../fakes/yt-dlp-folder.ts'
import { anInstallation } from './installation.ts'

/** Reads one file without end, with progress, until it is released; a disk that is slow, as `add` sees it. */
function slowFor(media: string, hasher: Hasher, released: () => boolean): Hasher {
  return {
    async hashFile(path, options) {
      while (path === media && !released()) {
        await setTimeout(20)
        options.onBytes?.(1)
      }
      return hasher.hashFile(path, options)
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}

describe('add', () => {
  it('writes down what is finished while a large file behind it is still read', async (context) => {
    const { home, archive } = await anInstallation(context)
    aVideo(archive, { id: 'smallVideo1', stem: 'a' })
    const [media = ''] = aVideo(archive, { id: 'largeVideo1', stem: 'z' }).media
    await using hasher = openHasher()
    const said: string[] = []
    const never = new AbortController().signal
    const counts = await add(home, [archive], {
      layouts: [ytDlpLayout],
      hasher: slowFor(media, hasher, () => said.length > 0),
      dryRun: false,
      signal: AbortSignal.timeout(30_000),
      stopping: never,
      onEvent: (event) => {
        if (event.type === 'bundle') said.push(event.title)
      },
    })
    assert.deepEqual(said, ['Testimony smallVideo1', 'Testimony largeVideo1'])
    assert.equal(counts.added, 2)
  })
})
