import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { AnswerKind } from './tally.ts'

/** What handlers may know of the connection; all of it is absent where the app is called without one. */
export interface ViewEnv {
  Bindings: Partial<HttpBindings>
  Variables: {
    /** Set by whoever knows better than the path. */
    kind?: AnswerKind
    /** True when the body counts its own bytes. */
    streams?: boolean
  }
}

/** The two ends of the connection. Called without a server, hono leaves `env` undefined, against its own type. */
export function connectionOf(c: Context<ViewEnv>): Partial<HttpBindings> {
  return c.env ?? {}
}

/** Aborts when the reader leaves or has everything, so that nothing is read from disk for nobody. */
export function readerSignal(c: Context<ViewEnv>): AbortSignal {
  const { outgoing } = connectionOf(c)
  if (outgoing === undefined) return c.req.raw.signal
  const controller = new AbortController()
  const leave = (): void => controller.abort(new DOMException('the reader left', 'AbortError'))
  if (outgoing.destroyed) leave()
  else outgoing.once('close', leave)
  return controller.signal
}
