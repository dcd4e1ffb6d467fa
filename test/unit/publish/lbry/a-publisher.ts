import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LbryTarget, type LbryTargetOptions, openLbryTarget } from '../../../../src/publish/lbry/target.ts'
import type { Evidence, Ledger, Offer, PublishStep } from '../../../../src/publish/target.ts'
import { aLbryDaemon, type StatefulLbryDaemon } from '../../../fakes/lbry-daemon.ts'

/** A name of a file on this computer, which must not be found anywhere else. */
export const PRIVATE_NAME = 'Aigul N. tells of her brother.mp4'
export const SOON = { blockMs: 400, lookMs: 150, pollMs: 10, retryMs: 1, unansweredMs: 0 } as const

/** A daemon with LBC and the channel `@archive`, a directory with files, and a target over both. */
export interface Publisher extends AsyncDisposable {
  readonly fake: StatefulLbryDaemon
  readonly directory: string
  readonly channelId: string
  open(options?: Partial<LbryTargetOptions>): LbryTarget
  offer(code: string, bytes?: Uint8Array): Promise<Offer>
}

export async function aPublisher({ funds = '10.0' }: { readonly funds?: string } = {}): Promise<Publisher> {
  const fake = await aLbryDaemon()
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-lbry-'))
  fake.wallet.fund(funds)
  await fake.methods.answer('channel_create', { name: '@archive', bid: '0.01', blocking: true })
  fake.wallet.mine(1)
  const targets: LbryTarget[] = []
  return {
    fake,
    directory,
    channelId: fake.wallet.claims()[0]?.claimId ?? '',
    open(options = {}) {
      const linkDirectory = join(directory, 'links')
      const target = openLbryTarget({ url: fake.url, channel: '@archive', linkDirectory, waits: SOON, ...options })
      targets.push(target)
      return target
    },
    async offer(code, bytes = randomBytes(3_000)) {
      const folder = await mkdtemp(join(directory, 'media-'))
      const localPath = join(folder, PRIVATE_NAME)
      await writeFile(localPath, bytes)
      return anOffer(code, localPath, bytes)
    },
    async [Symbol.asyncDispose]() {
      for (const target of targets) await target[Symbol.asyncDispose]()
      await fake[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export function anOffer(code: string, localPath: string, bytes: Uint8Array): Offer {
  const name = `a-testimony-${code}`
  return {
    ...{ id: code, root: 'bafyroot', file: 'video.mp4', localPath, publicName: `${name}.mp4` },
    ...{ bytes: bytes.length, mediaType: 'video/mp4' },
    sourceHash: createHash('sha384').update(bytes).digest('hex'),
    claim: {
      ...{ name, title: 'A testimony', description: 'Said in 2019.', tags: ['testimony'], languages: ['kk'] },
      ...{ releaseTime: 1_600_000_000, license: 'Public Domain', duration: 12 },
    },
  }
}

export interface Noted extends Ledger {
  /** Everything that was saved, in order. */
  readonly saved: readonly Evidence[]
}

export function aLedger(evidence: Evidence = {}): Noted {
  const saved: Evidence[] = []
  return {
    saved,
    get evidence() {
      return saved.at(-1) ?? evidence
    },
    save(one) {
      // What is kept is JSON.
      saved.push(JSON.parse(JSON.stringify(one)) as Evidence)
    },
  }
}

export function aStep(ledger: Ledger, signal: AbortSignal = new AbortController().signal): PublishStep {
  return { ledger, signal, onProgress: () => undefined }
}
