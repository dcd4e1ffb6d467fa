import { createHash } from 'node:crypto'
import { parseAddCheckpoint } from '../manifest/add-checkpoint.ts'
import { ManifestError } from '../manifest/errors.ts'
import { formatSignedNote, parseSignedNote } from '../manifest/note.ts'
import { type Policy, parsePolicy } from '../manifest/policy.ts'
import type { Problem } from '../model/errors.ts'
import type { HomePaths } from '../store/home.ts'
import { nodePrimitives } from '../store/node-primitives.ts'
import type { Witness } from '../view/ports.ts'
import { type CosignerWorld, openCosigner } from './open-cosigner.ts'

export interface OpenWitness extends Witness, Disposable {
  /** For those who are to trust it. */
  readonly vkey: string
  readonly origins: readonly string[]
}

/**
 * Opens the witness of a home, for the logs of the given verifier keys.
 *
 * @throws {ManifestError} `POLICY_MALFORMED` for keys that are none; {StoreError} as `openCosigner`.
 */
export async function openWitness(
  paths: HomePaths,
  world: CosignerWorld,
  { logs, onProblem }: { readonly logs: readonly string[]; readonly onProblem: (problem: Problem) => void },
): Promise<OpenWitness> {
  const policy = policyOfLogs(logs)
  const origins = [...new Set(policy.logs.map(({ key }) => key.name))]
  const originOf = new Map(origins.map((origin) => [createHash('sha256').update(origin).digest('hex'), origin]))
  const cosigner = await openCosigner(paths, world, { role: 'witness', policy, onProblem })
  return {
    vkey: cosigner.signer.key.text,
    origins,
    async addCheckpoint(body) {
      const request = readRequest(body)
      if ('refusal' in request) return request
      const answer = await cosigner.cosign(request)
      return 'refusal' in answer ? answer : { lines: [answer.line.line] }
    },
    newest(log) {
      const head = cosigner.newest(originOf.get(log) ?? '')
      if (head?.line === undefined) return undefined
      const { text, signatures } = parseSignedNote(head.note)
      return formatSignedNote(text, [...signatures, { line: head.line }])
    },
    [Symbol.dispose]: () => cosigner[Symbol.dispose](),
  }
}

function policyOfLogs(logs: readonly string[]): Policy {
  return parsePolicy(`${logs.map((vkey) => `log ${vkey}\n`).join('')}quorum none\n`, nodePrimitives.sha256)
}

function readRequest(
  body: Uint8Array,
): ReturnType<typeof parseAddCheckpoint> | { readonly refusal: 'malformed'; readonly message: string } {
  try {
    return parseAddCheckpoint(body)
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
    return { refusal: 'malformed', message: error.message }
  }
}
