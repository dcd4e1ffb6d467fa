import { openSync } from 'node:fs'
import { type Logger, pino, destination as toFile } from 'pino'
import { ViewError } from './errors.ts'
import { ANSWER_KINDS, type AnswerKind, STATUS_CLASSES, type Tally } from './tally.ts'

/** One JSON object a line: starts, stops, faults, and how much was answered in each minute. Never who, and never what. */
export interface ServeLog extends Disposable {
  /** Only the code: the message of a fault names the content that somebody had asked for. */
  problem(code: string): void
}

export interface ServeLogOptions {
  /** Path of a file to append to, or `-` for standard error. */
  readonly to: string
  readonly tally: Tally
  /** Told of the start. */
  readonly version: string
  readonly origin: string
  readonly size: number
  /** Called once, if lines can no longer be written; the server goes on. */
  readonly onFailure: (error: ViewError) => void
}

const MINUTE_MS = 60_000
const STANDARD_ERROR = 2

/**
 * Opens the log; disposing of it writes the last lines.
 *
 * @throws {ViewError} `LOG_UNWRITABLE`
 */
export function openServeLog({ to, tally, version, origin, size, onFailure }: ServeLogOptions): ServeLog {
  const lines = toFile({ fd: descriptorOf(to), sync: true })
  let failed = false
  lines.on('error', (cause: Error) => {
    if (!failed) onFailure(unwritable(to, cause))
    failed = true
  })
  // Without `base` pino would write the name of this machine into every line.
  const options = {
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }) },
  }
  const log: Logger = pino(options, lines)
  const began = performance.now()
  log.info({ event: 'start', version, origin, size })
  let told = countsOf(tally)
  const minute = (): void => {
    const now = countsOf(tally)
    const since = difference(now, told)
    told = now
    if (since.answers > 0) log.info({ event: 'minute', ...since, openStreams: tally.openStreams })
  }
  const timer = setInterval(minute, MINUTE_MS).unref()
  return {
    problem: (code) => log.warn({ event: 'problem', code }),
    [Symbol.dispose]() {
      clearInterval(timer)
      minute()
      const { answers, bytes } = countsOf(tally)
      log.info({ event: 'stop', seconds: Math.round((performance.now() - began) / 1_000), answers, bytes })
      if (to === '-') lines.flushSync()
      else lines.end()
    },
  }
}

interface Counts {
  readonly answers: number
  readonly bytes: number
  readonly kinds: Readonly<Record<AnswerKind, number>>
  readonly failed: number
}

function countsOf({ requests, bytes }: Tally): Counts {
  const kinds = kindsWith((kind) => STATUS_CLASSES.reduce((sum, status) => sum + requests[kind][status], 0))
  return {
    answers: ANSWER_KINDS.reduce((sum, kind) => sum + kinds[kind], 0),
    bytes: ANSWER_KINDS.reduce((sum, kind) => sum + bytes[kind], 0),
    kinds,
    failed: ANSWER_KINDS.reduce((sum, kind) => sum + requests[kind]['5xx'], 0),
  }
}

function difference(now: Counts, before: Counts): Counts {
  return {
    answers: now.answers - before.answers,
    bytes: now.bytes - before.bytes,
    kinds: kindsWith((kind) => now.kinds[kind] - before.kinds[kind]),
    failed: now.failed - before.failed,
  }
}

function kindsWith(count: (kind: AnswerKind) => number): Record<AnswerKind, number> {
  return Object.fromEntries(ANSWER_KINDS.map((kind) => [kind, count(kind)])) as Record<AnswerKind, number>
}

/** Opened here and not by the package, so that a path which cannot be written to is said before anything is served. */
function descriptorOf(to: string): number {
  if (to === '-') return STANDARD_ERROR
  try {
    return openSync(to, 'a', 0o600)
  } catch (cause) {
    throw unwritable(to, cause)
  }
}

function unwritable(to: string, cause: unknown): ViewError {
  const where = to === '-' ? 'standard error' : to
  return new ViewError('LOG_UNWRITABLE', `the log cannot be written to ${where}`, {
    cause,
    hint: 'name a file in a directory that this user may write to, with --log, or leave the log out',
  })
}
