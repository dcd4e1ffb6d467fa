import type { Dispatcher } from 'undici'
import type { PublicationTarget } from '../target.ts'
import type { LbrySession } from './session.ts'
import type { LbryWaits } from './waits.ts'

export interface LbryTargetOptions {
  /** Of the daemon: `http://127.0.0.1:5279`. */
  readonly url: string
  /** Allows a daemon on another computer. Whoever reaches its port can spend the wallet. @default false */
  readonly allowRemote?: boolean
  /** `@name`, or the claim id of the channel. */
  readonly channel: string
  /** LBC as text that stand behind each claim and come back when it is abandoned. @default '0.002' */
  readonly bid?: string
  /** For links with public names, a moment each; only the name of a link is published. The daemon must be able to pass it. */
  readonly linkDirectory: string
  /** The way off this computer, say through a proxy: to blob servers, and with `allowRemote` to the daemon. */
  readonly dispatcher?: Dispatcher
  /**
   * Where descriptors are to be had, for proofs: a directory of blobs (`blobfiles` of the daemon), the http(s) address of a blob
   * server, or `daemon` to ask it. @default nowhere: what claims say is compared
   */
  readonly blobs?: string
  readonly waits?: Partial<LbryWaits>
}

export interface LbryTarget extends PublicationTarget {
  /**
   * Splits the funds into `count` outputs of `amount` LBC each, so that more can be sent between two blocks.
   *
   * @returns how many were made; 0 when there are as many.
   * @throws {PublishError}
   */
  splitOutputs(count: number, amount: string, signal: AbortSignal): Promise<number>
}

/** What ytsync put behind tens of thousands of videos (facts 5). */
const BID = '0.002'

/**
 * Publishes through an LBRY daemon. Opening asks nothing and loads nothing: the client of the daemon, which costs a third of
 * a second, comes with the first question.
 *
 * Calls of one target wait for each other, because a wallet sends one transaction at a time (facts 5).
 */
export function openLbryTarget(options: LbryTargetOptions): LbryTarget {
  const { channel, bid = BID } = options
  let opening: Promise<Opened> | undefined
  let opened: Opened | undefined
  let last: Promise<unknown> = Promise.resolve()
  const open = async (): Promise<Opened> => {
    const work = await import('./work.ts')
    opened = { work, session: await work.openSession({ ...options, bid }) }
    return opened
  }
  const inTurn = async <T>(run: (opened: Opened) => Promise<T>): Promise<T> => {
    const turn = last.then(async () => {
      opening ??= open()
      return await run(await opening)
    })
    last = turn.catch(() => undefined)
    return await turn
  }
  return {
    name: 'lbry',
    channel,
    prepare: (signal) => inTurn(({ work, session }) => work.prepare(session, signal)),
    estimate: (offers, signal) => inTurn(({ work, session }) => work.estimate(session, offers, signal)),
    publish: (offer, step) => inTurn(({ work, session }) => work.publishOffer(session, offer, step)),
    settle: (evidence, offer, signal) => inTurn(({ work, session }) => work.settle(session, evidence, offer, signal)),
    async *claimsOf(of, signal) {
      // Not in turn: between two claims of this list the caller may publish.
      const { work, session } = await inTurn((all) => Promise.resolve(all))
      yield* work.claimsOf(session, of, signal)
    },
    takeBack: (ledger, signal) => inTurn(({ work, session }) => work.takeBack(session, ledger, signal)),
    splitOutputs: (count, amount, signal) =>
      inTurn(({ work, session }) => work.splitOutputs(session, count, amount, signal)),
    spent: () => (opened === undefined ? '0.0' : opened.work.spent(opened.session)),
    async [Symbol.asyncDispose]() {
      await last
      await opened?.session[Symbol.asyncDispose]()
    },
  }
}

interface Opened {
  readonly work: typeof import('./work.ts')
  readonly session: LbrySession
}
