import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parsePolicy, policyOfVkey } from '../manifest/policy.ts'
import { verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import { parseVkey } from '../manifest/vkey.ts'
import type { Problem } from '../model/errors.ts'
import { openManifestSource } from '../read/manifest-source.ts'
import { RecordError } from '../record/errors.ts'
import { type LogWriter, openLogWriter } from '../record/log-writer.ts'
import { askedOnceIn, checkOutsideHeads, type OutsideHead } from '../record/outside-heads.ts'
import { StoreError } from '../store/errors.ts'
import { readHeadRecord, writeHeadRecord } from '../store/head-record.ts'
import { openKey, type SigningKey } from '../store/keys.ts'
import { nodePrimitives } from '../store/node-primitives.ts'
import { announcing } from './announce/announce-head.ts'
import type { OnEvent } from './events.ts'
import type { Home } from './home.ts'
import { type CosigningSettings, ownCosigning } from './own-cosigning.ts'

/** What writing on the log needs beside the home; the command line's `World` fits. */
export interface LogWorld {
  readonly config: {
    readonly stateDirectory: string
    readonly manifest: { readonly urls: readonly string[] } & Partial<CosigningSettings>
  }
  askPassphrase(label: string): Promise<string>
}

export interface OpenLogOptions {
  /** Sign even though a configured copy did not answer. */
  readonly offline: boolean
  readonly onEvent: OnEvent
}

const HEAD_BYTES = 128 * 1024
/** A witness is a place among others, so it is not waited for as long. */
const WITNESS_MS = 10_000
/** What a slow line may need for one small file. */
const ASK_MS = 30_000
/** A head that the published copies did not have a minute ago came from nobody but a second copy of this home. */
const KEPT_MS = 60_000

/**
 * Opens the log key, which may ask for the passphrase, and the log for writing. After each head that it announces the
 * announced root and its name are brought to it; the passphrase is asked for once.
 */
export async function openLog(home: Home, world: LogWorld, options: OpenLogOptions): Promise<LogWriter> {
  let asked: Promise<string> | undefined
  const askPassphrase = (label: string): Promise<string> => {
    asked ??= world.askPassphrase(label)
    return asked
  }
  const onProblem = (problem: Problem): void => options.onEvent({ type: 'problem', problem })
  const { key, problems } = await openKey(home.paths.logKey, () => askPassphrase('the log key'))
  for (const problem of problems) onProblem(problem)
  return announcing(await openLogWith(home, world, key, options), home, { askPassphrase, onProblem })
}

/** The same with a key that is open already. */
export async function openLogWith(
  home: Home,
  world: LogWorld,
  key: SigningKey,
  options: OpenLogOptions,
): Promise<LogWriter> {
  const { primitives, vkey } = home
  const { witnesses = [], cosigners = [] } = world.config.manifest
  const verifier = parseVkey(vkey, primitives.sha256)
  if (Buffer.compare(verifier.publicKey, key.publicKey) !== 0) {
    throw new StoreError('KEY_MALFORMED', `${home.paths.logKey} is not the key of ${home.origin}`, {
      hint: 'put the key that belongs to this log back in its place',
    })
  }
  const policy = parsePolicy(await readFile(home.paths.policy, 'utf8'), primitives.sha256)
  const places = placesOf(world, vkey)
  const said = new Set<string>()
  return openLogWriter({
    db: home.db,
    journal: home.journal,
    fold: home.fold,
    primitives,
    directory: home.paths.manifest,
    context: { origin: home.origin, logKeys: [vkey], primitives },
    signer: { key: verifier, sign: (message) => key.sign(message) },
    policy,
    cosigning: ownCosigning(home.paths, { witnesses, cosigners }, (problem) =>
      options.onEvent({ type: 'problem', problem }),
    ),
    now: home.now,
    async beforeSigning(own, rootAt) {
      const silent = await checkOutsideHeads(own, rootAt, { places, policy, primitives, timeoutMs: ASK_MS })
      for (const problem of silent) {
        if (!said.has(problem.message)) options.onEvent({ type: 'problem', problem })
        said.add(problem.message)
      }
      if (silent.length > 0 && silent.length === world.config.manifest.urls.length && !options.offline) throw unsure()
    },
    async remember({ size, root }, note) {
      const record = { size, root: Buffer.from(root).toString('hex'), note: new TextDecoder().decode(note) }
      const problem = await writeHeadRecord(world.config.stateDirectory, vkey, record)
      if (problem !== undefined) options.onEvent({ type: 'problem', problem })
    },
  })
}

function placesOf({ config }: LogWorld, vkey: string): OutsideHead[] {
  const record: OutsideHead = {
    name: 'the record of heads in the state directory',
    local: true,
    async read() {
      const head = await readHeadRecord(config.stateDirectory, vkey)
      return head === undefined ? undefined : new TextEncoder().encode(head.note)
    },
  }
  const witnesses = (config.manifest.witnesses ?? []).map(({ url }) => askedOnceIn(witnessedAt(url, vkey), KEPT_MS))
  return [record, ...config.manifest.urls.map((url) => askedOnceIn(publishedAt(url), KEPT_MS)), ...witnesses]
}

/**
 * What a witness has cosigned last, where it shows it: one more place from which a restored backup learns that it is old. Not
 * all witnesses show it, and one that is silent or tells nonsense must not keep anybody from signing.
 */
function witnessedAt(url: string, vkey: string): OutsideHead {
  const origin = createHash('sha256').update(parseVkey(vkey, nodePrimitives.sha256).name).digest('hex')
  const policy = policyOfVkey(vkey, nodePrimitives.sha256)
  return {
    name: url,
    local: false,
    async read(signal) {
      const { httpGet } = await import('../read/http-get.ts')
      try {
        const bounded = AbortSignal.any([signal, AbortSignal.timeout(WITNESS_MS)])
        const from = `${url.replace(/\/+$/u, '')}/${origin}/checkpoint`
        const { status, body } = await httpGet(from, { maxBytes: HEAD_BYTES, signal: bounded })
        if (status !== 200) return undefined
        verifyCheckpoint(nodePrimitives, policy, body)
        return body
      } catch {
        // Told when it is asked to cosign.
        return undefined
      }
    },
  }
}

function publishedAt(url: string): OutsideHead {
  return {
    name: url,
    local: false,
    async read(signal) {
      const source = await openManifestSource(url, { signal })
      return source.read('checkpoint', { maxBytes: HEAD_BYTES, signal })
    },
  }
}

function unsure(): RecordError {
  return new RecordError(
    'HEAD_UNSURE',
    'none of the configured copies of the manifest answered, so this home cannot know that it is the newest',
    {
      hint: 'everything is sequenced and waits; run the same command when the line is back, or with --offline if you are sure',
    },
  )
}
