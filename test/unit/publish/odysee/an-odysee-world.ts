import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OdyseeOptions, type OdyseeTarget, openOdyseeTarget } from '../../../../src/publish/odysee/target.ts'
import type { OdyseeTiming } from '../../../../src/publish/odysee/timing.ts'
import type { Evidence, Ledger, Offer, PublishStep } from '../../../../src/publish/target.ts'
import { anOdysee, type FakeOdysee } from '../../../fakes/odysee.ts'
import { FakeOdyseeState } from '../../../fakes/odysee-state.ts'

/** Is searched for in everything that comes out. */
export const TOKEN = 'marker-token-MRKR8x4Qz'
export const CHANNEL = '@archive'

/** Waits that a test has time for. */
export const FAST: Partial<OdyseeTiming> = {
  askMs: 5_000,
  spendMs: 5_000,
  stallMs: 5_000,
  retryMs: [1, 1, 1],
  uploadRetryMs: [0, 1, 1, 1],
  patienceMs: 50,
  firstPollMs: 1,
  pollMs: 1,
  pollForMs: 2_000,
}

export interface OdyseeWorld extends AsyncDisposable {
  readonly odysee: FakeOdysee
  readonly state: FakeOdyseeState
  readonly directory: string
  open(options?: Partial<OdyseeOptions>): OdyseeTarget
  /** A file of random bytes, and what is told of it. */
  anOffer(options?: OfferOptions): Promise<Offer>
}

export interface OfferOptions {
  readonly bytes?: number
  readonly name?: string
  readonly content?: Uint8Array
}

export async function anOdyseeWorld(): Promise<OdyseeWorld> {
  const state = await anOdyseeState()
  const odysee = await anOdysee(state)
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-odysee-'))
  const targets: OdyseeTarget[] = []
  return {
    ...{ odysee, state, directory },
    open(options = {}) {
      const timing = { ...FAST, ...options.timing }
      const given = { url: odysee.url, channel: CHANNEL, token: () => Promise.resolve(TOKEN), ...options, timing }
      const target = openOdyseeTarget(given)
      targets.push(target)
      return target
    },
    anOffer: (options) => anOffer(directory, options),
    async [Symbol.asyncDispose]() {
      for (const target of targets) await target[Symbol.asyncDispose]()
      await odysee[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** An account with coins and a channel. */
export async function anOdyseeState(): Promise<FakeOdyseeState> {
  const state = new FakeOdyseeState()
  state.addUser(TOKEN)
  state.wallet.fund('10.0', 20)
  await state.addChannel(CHANNEL)
  return state
}

let offers = 0

export async function anOffer(
  directory: string,
  { bytes = 100_000, name, content = randomBytes(bytes) }: OfferOptions = {},
): Promise<Offer> {
  offers += 1
  const id = `b${String(offers).padStart(10, '0')}`
  const slug = name ?? `a-testimony-${offers}`
  // Named after people, as files on disk are: it must not come out.
  const localPath = join(directory, `Secret Name ${id}.mp4`)
  await writeFile(localPath, content)
  return {
    ...{ id, root: 'bafyroot', file: 'video.mp4', localPath, publicName: `${slug}.mp4`, bytes: content.length },
    sourceHash: createHash('sha384').update(content).digest('hex'),
    mediaType: 'video/mp4',
    claim: {
      ...{
        name: slug,
        title: 'A testimony',
        description: 'Words.\nOriginal: https://example.org/watch?v=1',
        tags: ['news'],
      },
      ...{ languages: ['en'], releaseTime: 1_600_000_000, license: 'Public Domain', duration: 12 },
    },
  }
}

/** Notes in memory, each saved state kept. */
export function aLedger(first: Evidence = {}): Ledger & { readonly saved: Evidence[] } {
  const saved: Evidence[] = []
  return {
    saved,
    get evidence() {
      return saved.at(-1) ?? first
    },
    save: (evidence) => void saved.push(structuredClone(evidence)),
  }
}

export function aStep(ledger: Ledger, signal: AbortSignal = new AbortController().signal): PublishStep {
  return { ledger, signal, onProgress: () => undefined }
}
