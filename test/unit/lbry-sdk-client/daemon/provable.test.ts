import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { verifyPublication } from '../../../../src/lbry-sdk-client/claim/verify-publication.ts'
import { openDaemon } from '../../../../src/lbry-sdk-client/daemon/client.ts'
import { aLbryDaemon } from '../../../fakes/lbry-daemon.ts'

describe('what the client publishes through the fake daemon', () => {
  it('is proven to be the file, from its transaction and descriptor, by code that shares nothing with the fake', async () => {
    await using dir = {
      path: await mkdtemp(join(tmpdir(), 'holdfast-lbry-')),
      [Symbol.asyncDispose]: () => rm(dir.path, { recursive: true }),
    }
    const file = join(dir.path, 'a film.mp4')
    await writeFile(file, Buffer.alloc(4_200_000, 7))
    await using fake = await aLbryDaemon()
    fake.wallet.fund('1.0')
    await using daemon = openDaemon({ url: fake.url })
    const channel = await daemon.call('channel_create', {
      name: '@archive',
      bid: '0.01',
      title: 'ئارخىپ',
      blocking: true,
    })
    const channelId = channel.outputs[0]?.claim_id ?? ''
    const sent = await daemon.call('stream_create', {
      name: 'film',
      bid: '0.002',
      file_path: file,
      channel_id: channelId,
      title: 'فىلىم',
      languages: ['ug-Arab', 'zh-Hans-CN'],
      tags: ['News', "it's"],
      release_time: -5,
      duration: 12,
      width: 640,
      height: 360,
    })
    const [claim] = sent.outputs
    const report = await verifyPublication({
      file,
      sdBlob: fake.methods.streams.blob(claim?.value?.source?.sd_hash ?? ''),
      transaction: sent.hex,
      known: { txid: sent.txid, claimId: claim?.claim_id, channelId, channelTransaction: channel.hex },
    })
    const open = report.steps.filter(({ verdict }) => verdict !== 'verified').map(({ step }) => step)
    assert.deepEqual([report.equality, report.sound, open], ['proven', true, ['block']])
  })
})
