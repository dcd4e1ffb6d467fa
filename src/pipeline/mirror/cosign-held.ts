import { type Cosigner, openCosigner } from '../../cosign/cosigner.ts'
import { decodeCosignature } from '../../manifest/cosignature.ts'
import { consistencyPath } from '../../manifest/merkle.ts'
import { formatSignedNote, parseSignatureLine, parseSignedNote, type SignatureLine } from '../../manifest/note.ts'
import type { Signer } from '../../manifest/signer.ts'
import { hashAtFromTiles } from '../../manifest/tiles.ts'
import type { NotedHead } from '../../mirror/compare-heads.ts'
import { HoldfastError, type Problem, problemOf } from '../../model/errors.ts'
import { gatewayBase, openManifestSource } from '../../read/manifest-source.ts'
import { mergeBrought } from '../../record/head-notes.ts'
import { openLogTiles } from '../../record/log-tiles.ts'
import { type CosignedHead, openCosignedHeads } from '../../store/cosigned-heads.ts'
import { openCosigner as openKey, readCosigners } from '../../store/cosigner-keys.ts'
import type { HomePaths } from '../../store/home.ts'
import { nodePrimitives } from '../../store/node-primitives.ts'
import { bringTo, cosignFound, foundAt, signFound } from '../cosign-by-hand.ts'
import type { CosignerWorld } from '../open-cosigner.ts'
import { exclusivelyIn } from '../own-cosigning.ts'
import type { FollowedLog } from './followed-log.ts'
import { writeHoldings } from './holdings-note.ts'
import { whyNotHolder } from './holds-all.ts'
import type { CosignHead } from './sync-log.ts'

/** The keys with which a mirror signs what it follows, open for as long as it runs. */
export interface HeldCosigning extends Disposable {
  readonly cosign: CosignHead
  /**
   * Signs, as a witness, the head that waits in a directory, and brings it nowhere.
   *
   * @returns its note with that line alone; undefined where nothing waits, or something newer was signed before.
   * @throws {CosignError} `COSIGN_REFUSED`; {ReadError} for a directory that cannot be read.
   */
  waitingIn(log: FollowedLog, directory: string): Promise<Uint8Array | undefined>
}

/** The same head is signed again after so long, so that its readers see that somebody still looks (manifest-v1 §10.4). */
const AGAIN_MS = 24 * 60 * 60 * 1_000
/** For one source to take a cosignature, or to tell what waits there. */
const BRING_MS = 30_000

/**
 * Opens the keys of a mirror, which may ask for their passphrase, once. The holder key signs a head whose public content is all
 * here and was read again in time, and notes of holdings where only a part is to be held.
 *
 * @returns undefined where the home has no cosigner keys.
 * @throws {StoreError} `PASSPHRASE_NEEDED`, `WRONG_PASSPHRASE`, `KEY_MALFORMED`.
 */
export async function openHeldCosigning(
  paths: HomePaths,
  world: CosignerWorld,
  onProblem: (problem: Problem) => void,
): Promise<HeldCosigning | undefined> {
  if ((await readCosigners(paths)) === undefined) return undefined
  let asked: Promise<string> | undefined
  const passphrase = (): Promise<string> => {
    asked ??= world.askPassphrase('the cosigner keys')
    return asked
  }
  const witness = await openKey(paths, 'witness', passphrase)
  const mirror = await openKey(paths, 'mirror', passphrase)
  const holder = await openKey(paths, 'holder', passphrase)
  for (const { problems } of [witness, mirror, holder]) for (const problem of problems) onProblem(problem)
  const heads = await openCosignedHeads(paths)
  const over = (signer: Signer, { policy }: FollowedLog): Cosigner =>
    openCosigner({
      ...{ signer, policy, heads, primitives: nodePrimitives, onProblem },
      evidence: paths.evidence,
      stateDirectory: world.config.stateDirectory,
      now: () => Math.floor(Date.now() / 1000),
    })
  return {
    async cosign(log, head, { clockIsWrong }) {
      const cosigners = [over(mirror.signer, log), over(witness.signer, log)]
      // By a clock that is wrong nobody knows when anything was read.
      if (!clockIsWrong) {
        const asHolder = over(holder.signer, log)
        // What was signed today stays as it is; only a new signature has to be earned.
        const isDueNow = isDue(asHolder.newest(log.home.origin), head.size)
        if (!isDueNow || whyNotHolder(log, head.size) === undefined) cosigners.push(asHolder)
        await writeHoldings(log, head, holder.signer)
      }
      const held = await cosignHeld(log, head, cosigners, onProblem)
      return held + (await cosignWaiting(log, over(witness.signer, log), onProblem))
    },
    waitingIn: (log, directory) => signWaiting(log, over(witness.signer, log), directory),
    [Symbol.dispose]: () => heads[Symbol.dispose](),
  }
}

async function signWaiting(log: FollowedLog, cosigner: Cosigner, where: string): Promise<Uint8Array | undefined> {
  const signal = AbortSignal.timeout(BRING_MS)
  const found = await foundAt(await openManifestSource(where, { signal }), log.policy, ['pending/checkpoint'], signal)
  if (found === undefined) return undefined
  if ((cosigner.newest(log.home.origin)?.size ?? 0) > found.candidate.checkpoint.size) return undefined
  const { line } = await signFound(found, cosigner, signal)
  return formatSignedNote(found.candidate.text, [line])
}

/** Signs the head whose statements are all durable here, shows the signatures here, and brings them to where it came from. */
async function cosignHeld(
  log: FollowedLog,
  head: NotedHead,
  cosigners: readonly Cosigner[],
  onProblem: (problem: Problem) => void,
): Promise<number> {
  const { home } = log
  const fresh: SignatureLine[] = []
  const lines: SignatureLine[] = []
  for (const cosigner of cosigners) {
    const newest = cosigner.newest(home.origin)
    // A witness may be ahead: of a head that waits for it elsewhere.
    if (newest !== undefined && newest.size > head.size) continue
    if (isDue(newest, head.size)) {
      const answer = await cosignFrom(log, cosigner, newest?.size ?? 0, head)
      if (!('refusal' in answer)) fresh.push(answer.line)
      else if ((answer.knownSize ?? 0) <= head.size) onProblem(refusedProblem(log, answer.message))
    } else if (newest?.line !== undefined) lines.push(parseSignatureLine(newest.line))
  }
  const { text } = parseSignedNote(head.note)
  const keys = cosigners.map(({ signer }) => signer.key)
  const own = { directory: home.paths.manifest, primitives: nodePrimitives, keys }
  await exclusivelyIn(home.paths, () => mergeBrought(own, text, [...fresh, ...lines]))
  if (fresh.length > 0) await bringToSources(log, formatSignedNote(text, fresh))
  return fresh.length
}

/** What was cosigned last may be known outside of the home alone, when this home is a backup; then the proof begins there. */
async function cosignFrom(
  log: FollowedLog,
  cosigner: Cosigner,
  oldSize: number,
  head: NotedHead,
): ReturnType<Cosigner['cosign']> {
  const first = await cosigner.cosign({ ...proofOf(log, oldSize, head), note: head.note })
  const known = 'refusal' in first ? first.knownSize : undefined
  if (known === undefined || known === oldSize || known > head.size) return first
  return await cosigner.cosign({ ...proofOf(log, known, head), note: head.note })
}

function isDue(newest: CosignedHead | undefined, size: number): boolean {
  if (newest?.line === undefined || newest.size !== size) return true
  const time = decodeCosignature(parseSignatureLine(newest.line).signature)?.time ?? 0
  return Math.abs(Date.now() - time * 1000) >= AGAIN_MS
}

function proofOf({ home }: FollowedLog, oldSize: number, head: NotedHead): { oldSize: number; proof: Uint8Array[] } {
  if (oldSize === 0 || oldSize >= head.size) return { oldSize, proof: [] }
  const { sha256 } = nodePrimitives
  const tiles = openLogTiles(home.paths.manifest, home.journal, sha256, head)
  const hashAt = hashAtFromTiles(sha256, head.size, (level, n) => tiles.tile(head.size, level, n))
  return { oldSize, proof: consistencyPath(sha256, oldSize, head.size, hashAt) }
}

/** Who wants them takes them; a source that does not, or does not answer, is no fault of this mirror. */
async function bringToSources({ settings }: FollowedLog, note: Uint8Array): Promise<void> {
  const gateways = settings.from.flatMap((from) => gatewayBase(from) ?? [])
  await Promise.allSettled(gateways.map((gateway) => bringTo(gateway, note, AbortSignal.timeout(BRING_MS))))
}

/** For publishers behind which this mirror cannot be reached: signs, as a witness, what waits at the sources. */
async function cosignWaiting(
  log: FollowedLog,
  cosigner: Cosigner,
  onProblem: (problem: Problem) => void,
): Promise<number> {
  let given = 0
  for (const from of log.settings.from.filter((each) => gatewayBase(each) !== undefined)) {
    try {
      const signal = AbortSignal.timeout(BRING_MS)
      const found = await foundAt(
        await openManifestSource(from, { signal }),
        log.policy,
        ['pending/checkpoint'],
        signal,
      )
      if (found === undefined) continue
      if ((cosigner.newest(log.home.origin)?.size ?? 0) > found.candidate.checkpoint.size) continue
      await cosignFound(found, cosigner, { manifest: from, signal, onProblem })
      given += 1
    } catch (error) {
      if (!(error instanceof HoldfastError)) {
        if (error instanceof Error && error.name === 'TimeoutError') continue
        throw error
      }
      // Whether a source answers is told where it is followed.
      if (error.code.startsWith('COSIGN')) onProblem({ ...problemOf(error), path: from })
    }
  }
  return given
}

function refusedProblem({ name }: FollowedLog, message: string): Problem {
  return {
    code: 'COSIGN_REFUSED',
    message: `the head of ${name} is not cosigned: ${message}`,
    hint: 'this mirror has signed another history of that log before: look at its evidence, and ask its publisher',
  }
}
