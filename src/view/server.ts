import type { Problem } from '../model/errors.ts'
import { type AppParts, createApp } from './app.ts'
import { ownNames } from './host-names.ts'
import { DEFAULT_LIMITS, type ServerLimits } from './limits.ts'
import { parseListen } from './listen.ts'
import { type OpenServer, openListener } from './listener.ts'
import type { ManifestFiles, ReadHealth, ReadName, ServedContent, TakeCosignature, Witness } from './ports.ts'
import { type CountingTally, createTally } from './tally.ts'

export type { OpenServer } from './listener.ts'

export interface ServerOptions {
  /** `ADDRESS:PORT`; port 0 takes a free one. */
  readonly listen: string
  readonly content: ServedContent
  readonly manifest: ManifestFiles
  readonly health: ReadHealth
  /** Logs that are also under `/mirror/HEX/`, by the SHA-256 of their origin. @default none */
  readonly logs?: NonNullable<AppParts['logs']>
  /** Records of names, at `/ipns/` and `/routing/v1/ipns/`. */
  readonly readName?: ReadName | undefined
  /** Cosigns other logs at `/witness/`. */
  readonly witness?: Witness | undefined
  /** Takes cosignatures of the own heads. */
  readonly takeCosignature?: TakeCosignature | undefined
  /** Names under which the server is known besides loopback and the address that it listens on; without port. */
  readonly hostNames?: readonly string[]
  /** Lets it listen where other machines can connect. @default false */
  readonly allowRemote?: boolean
  readonly limits?: Partial<ServerLimits>
  /** Counts what is answered; see {@link createTally}. */
  readonly tally?: CountingTally
  /** Called for each fault of this machine that a reader ran into; may name local paths, so it is for the terminal. */
  readonly onProblem?: (problem: Problem) => void
  /** Closes the server. */
  readonly signal: AbortSignal
}

/**
 * Opens the HTTP server of `holdfast serve`. Resolves once it accepts connections.
 *
 * @throws {ViewError} `LISTEN_INVALID`, `LISTEN_REMOTE_REFUSED`, `PORT_IN_USE`, `PORT_FORBIDDEN` or `LISTEN_FAILED`.
 */
export async function openServer(options: ServerOptions): Promise<OpenServer> {
  const { signal, content, manifest, health, tally = createTally(), onProblem = () => undefined } = options
  signal.throwIfAborted()
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const address = parseListen(options.listen, options.allowRemote ?? false)
  const isOwnName = ownNames(address.host, options.hostNames ?? [])
  const app = createApp({
    ...{ content, manifest, health, isOwnName, limits, tally, onProblem, logs: options.logs ?? new Map() },
    ...(options.readName === undefined ? {} : { readName: options.readName }),
    ...(options.witness === undefined ? {} : { witness: options.witness }),
    ...(options.takeCosignature === undefined ? {} : { takeCosignature: options.takeCosignature }),
  })
  return await openListener(app, address, { limits, signal })
}
