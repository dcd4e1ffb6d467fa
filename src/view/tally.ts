import type { MiddlewareHandler } from 'hono'
import type { ViewEnv } from './connection.ts'

/** What an answer was about. Closed and small, so that no count says who read what. */
export const ANSWER_KINDS = ['raw', 'car', 'file', 'manifest', 'health', 'other'] as const
export type AnswerKind = (typeof ANSWER_KINDS)[number]
export const STATUS_CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const
export type StatusClass = (typeof STATUS_CLASSES)[number]
/** Why bytes of this machine could not be given; `other` is a fault of the program or of the machine. */
export const FAULT_KINDS = ['BLOCK_DAMAGED', 'BLOCK_MISSING', 'FILE_CHANGING', 'other'] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

/** Counts since the server opened. Numbers only: nothing in it names a reader, a path or a content ID. */
export interface Tally {
  readonly requests: Readonly<Record<AnswerKind, Readonly<Record<StatusClass, number>>>>
  /** Bytes of content handed on, without heads of answers. */
  readonly bytes: Readonly<Record<AnswerKind, number>>
  readonly faults: Readonly<Record<FaultKind, number>>
  /** Answers that were broken off because bytes failed after the first ones were sent. */
  readonly cut: number
  /** Answers with content under way now. */
  readonly openStreams: number
}

/** The same, to be counted in. */
export interface CountingTally extends Tally {
  answered(kind: AnswerKind, status: number): void
  sent(kind: AnswerKind, bytes: number): void
  fault(code: string): void
  wasCut(): void
  /** @returns what is to be called once, when the answer has ended. */
  begin(): () => void
}

export function createTally(): CountingTally {
  const requests = zeros(ANSWER_KINDS, () => zeros(STATUS_CLASSES, () => 0))
  const bytes = zeros(ANSWER_KINDS, () => 0)
  const faults = zeros(FAULT_KINDS, () => 0)
  let cut = 0
  let openStreams = 0
  return {
    ...{ requests, bytes, faults },
    get cut() {
      return cut
    },
    get openStreams() {
      return openStreams
    },
    answered(kind, status) {
      requests[kind][classOf(status)] += 1
    },
    sent(kind, more) {
      bytes[kind] += more
    },
    fault(code) {
      faults[FAULT_KINDS.find((kind) => kind === code) ?? 'other'] += 1
    },
    wasCut() {
      cut += 1
    },
    begin() {
      openStreams += 1
      return () => {
        openStreams -= 1
      }
    },
  }
}

/** Counts every answer, refusals too. To be outermost, so that it sees what the others made of the request. */
export function counting(tally: CountingTally): MiddlewareHandler<ViewEnv> {
  return async (c, next) => {
    await next()
    const kind = c.get('kind') ?? kindOfPath(c.req.path)
    tally.answered(kind, c.res.status)
    // A stream counts its bytes as they go, because its reader may leave.
    if (c.get('streams') !== true && c.req.method === 'GET')
      tally.sent(kind, Number(c.res.headers.get('content-length') ?? 0))
  }
}

function kindOfPath(path: string): AnswerKind {
  if (path.startsWith('/manifest/')) return 'manifest'
  return path === '/healthz' ? 'health' : 'other'
}

function classOf(status: number): StatusClass {
  if (status < 300) return '2xx'
  if (status < 400) return '3xx'
  return status < 500 ? '4xx' : '5xx'
}

function zeros<Name extends string, T>(names: readonly Name[], make: () => T): Record<Name, T> {
  return Object.fromEntries(names.map((name) => [name, make()])) as Record<Name, T>
}
