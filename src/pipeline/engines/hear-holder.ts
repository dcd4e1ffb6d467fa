import { ManifestError } from '../../manifest/errors.ts'
import { HoldfastError, type Problem, problemOf } from '../../model/errors.ts'
import { ReadError } from '../../read/errors.ts'
import { PipelineError } from '../errors.ts'
import type { OnEvent } from '../events.ts'
import type { Home } from '../home.ts'
import { fetchHoldings, type Holder } from './fetch-holdings.ts'
import { type HolderClaim, holderClaim } from './holder-claim.ts'

export interface HeardHolder {
  /** What counts as its word, which may have been brought or kept before. */
  readonly claim: HolderClaim | undefined
  /** `wrong`: what it gives for its word is not what it should be. `unreachable`: it gives nothing that can be judged. */
  readonly fault?: 'wrong' | 'unreachable'
}

/** Asks for the note of holdings of a place, and tells what is wrong with it. Blocks are read there whatever comes of this. */
export async function hearHolder(
  home: Home,
  name: string,
  holder: Holder | undefined,
  { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: OnEvent },
): Promise<HeardHolder> {
  if (holder === undefined) return { claim: undefined }
  const claimNow = (): Promise<HolderClaim | undefined> => holderClaim(home.paths, name, holder.vkey, home.now())
  try {
    await fetchHoldings(home, name, holder, signal)
    return { claim: await claimNow() }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof HoldfastError)) throw error
    const isWrong = error instanceof ManifestError || error instanceof PipelineError || isTooLong(error)
    if (!isWrong && !(error instanceof ReadError)) throw error
    onEvent({ type: 'problem', problem: { ...problemOf(error), message: `the holder of ${name}: ${error.message}` } })
    return { claim: await claimNow(), fault: isWrong ? 'wrong' : 'unreachable' }
  }
}

function isTooLong(error: HoldfastError): boolean {
  return error instanceof ReadError && error.code === 'SOURCE_ANSWER_TOO_LARGE'
}

/** A holder's signed word that an audit found untrue, told once however many bundles it is about. */
export function falseClaim(name: string, { kind, signedAt }: HolderClaim, id: string, count: number): Problem {
  const what = count === 1 ? id : `${id} and ${count - 1} more bundles`
  const kept =
    kind === 'part' ? `its note is kept in holders/${name}` : 'its cosignature stands in manifest/checkpoints'
  return {
    code: 'AUDIT_CLAIM_FALSE',
    message: `the holder of ${name} signed at ${signedAt} that it has ${what}, and blocks there are wrong or missing`,
    hint: `tell whoever runs it, and ask for a \`holdfast mirror check\` there; ${kept}`,
  }
}
