import { type Cosigner, openCosigner as openCosignerOver } from '../cosign/cosigner.ts'
import type { Policy } from '../manifest/policy.ts'
import type { Problem } from '../model/errors.ts'
import { openCosignedHeads } from '../store/cosigned-heads.ts'
import { type CosignerRole, openCosigner as openCosignerKey } from '../store/cosigner-keys.ts'
import type { HomePaths } from '../store/home.ts'
import { nodePrimitives } from '../store/node-primitives.ts'

/** What a cosigner needs of its surroundings; the command line's `World` fits. */
export interface CosignerWorld {
  readonly config: { readonly stateDirectory: string }
  askPassphrase(label: string): Promise<string>
}

export interface CosignerOptions {
  readonly role: CosignerRole
  /** The logs that it signs for; `log` lines alone count. */
  readonly policy: Policy
  readonly onProblem: (problem: Problem) => void
}

/**
 * Opens a cosigner key of a home, which may ask for its passphrase, with its memory. Needs no lock of the home.
 *
 * @throws {StoreError} `KEY_MISSING`, `KEY_MALFORMED`, `WRONG_PASSPHRASE`, and those of its memory.
 */
export async function openCosigner(
  paths: HomePaths,
  world: CosignerWorld,
  { role, policy, onProblem }: CosignerOptions,
): Promise<Cosigner & Disposable> {
  const { signer, problems } = await openCosignerKey(paths, role, () => world.askPassphrase(`the ${role} key`))
  for (const problem of problems) onProblem(problem)
  const heads = await openCosignedHeads(paths)
  const cosigner = openCosignerOver({
    ...{ signer, policy, heads, primitives: nodePrimitives, onProblem },
    evidence: paths.evidence,
    stateDirectory: world.config.stateDirectory,
    now: () => Math.floor(Date.now() / 1000),
  })
  return { ...cosigner, [Symbol.dispose]: () => heads[Symbol.dispose]() }
}
