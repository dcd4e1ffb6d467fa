import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readScriptingDocument, undocumentedFields } from '../fakes/scripting-document.ts'
import { aVideo, type VideoOptions } from '../fakes/yt-dlp-folder.ts'

/** One line of `--json`, or what a test needs of it. */
export interface Line {
  readonly v: number
  readonly event: string
  readonly [field: string]: unknown
}

export interface Outcome {
  /** Null when a signal ended it. */
  readonly exit: number | null
  /** Every line of stdout as `--json` wrote it; empty without `--json`. */
  readonly events: readonly Line[]
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** What stdin gives before it ends; nothing when left out. Never a terminal. */
  readonly input?: string
  readonly cwd?: string
  /** Runs under another user; for tests that run as root. */
  readonly uid?: number
  /** Put before Node itself, such as `['prlimit', '--fsize=100000']`. */
  readonly prefix?: readonly string[]
  /** After which it is killed, so that a program that hangs fails its test. @default a minute */
  readonly tooLongMs?: number
}

/** A program that is still running. */
export interface Running {
  readonly process: ChildProcess
  /** The next event that `wanted` accepts; throws when the program ends before. */
  until(wanted: (line: Line) => boolean): Promise<Line>
  outcome(): Promise<Outcome>
}

/** A temporary directory with a home, a state directory of its own, and room for archives; gone after the test. */
export interface World {
  readonly path: string
  readonly home: string
  run(args: readonly string[], options?: RunOptions): Promise<Outcome>
  start(args: readonly string[], options?: RunOptions): Running
  /** Makes the home: a copy of one that `init --no-passphrase` made, because that takes half a second. */
  init(): Promise<void>
  /** Starts `serve` on a free port; stopped after the test at the latest. */
  serve(options?: RunOptions): Promise<{ readonly url: string; stop(): Promise<Outcome> }>
}

export interface Archive extends World {
  /** A folder as yt-dlp leaves it. */
  readonly archive: string
}

const BINARY = fileURLToPath(new URL('../../bin/holdfast.ts', import.meta.url))
/** Far above what any of these runs takes; a program that hangs must fail its test instead of all of them. */
const TOO_LONG_MS = 60_000

/** @param context - a test, or whatever else cleans up at its end. */
export function aWorld(context: { after(cleanUp: () => Promise<void>): void }): World {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-cli-')))
  const living = new Set<ChildProcess>()
  context.after(async () => {
    for (const child of living) {
      child.kill('SIGKILL')
      await once(child, 'close')
    }
    rmSync(path, { recursive: true, force: true })
  })
  const home = join(path, 'home')
  const start = (args: readonly string[], options: RunOptions = {}): Running => {
    const running = startProgram([BINARY, ...args], {
      ...options,
      cwd: options.cwd ?? path,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: path,
        HOLDFAST_HOME: home,
        XDG_STATE_HOME: join(path, 'state'),
        ...options.env,
      },
    })
    living.add(running.process)
    running.process.once('close', () => living.delete(running.process))
    return running
  }
  const run = (args: readonly string[], options?: RunOptions): Promise<Outcome> => start(args, options).outcome()
  return {
    path,
    home,
    run,
    start,
    async init() {
      const { home: madeHome, state } = await theHome()
      cpSync(madeHome, home, { recursive: true })
      cpSync(state, join(path, 'state'), { recursive: true })
    },
    async serve(options) {
      const server = start(['serve', '--listen', '127.0.0.1:0', '--json'], options)
      const ready = await server.until(({ event }) => event === 'ready')
      return {
        url: String(ready['http']),
        async stop() {
          server.process.kill('SIGINT')
          return server.outcome()
        },
      }
    },
  }
}

let made: Promise<{ readonly home: string; readonly state: string }> | undefined

/** The one home of this test file that `init` really made. */
function theHome(): Promise<{ readonly home: string; readonly state: string }> {
  made ??= (async () => {
    const path = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-cli-home-')))
    process.once('exit', () => rmSync(path, { recursive: true, force: true }))
    const [home, state] = [join(path, 'home'), join(path, 'state')]
    const args = ['init', '--origin', 'archive.example/testimony', '--no-passphrase', '--json']
    const env = { PATH: process.env['PATH'] ?? '', HOME: path, HOLDFAST_HOME: home, XDG_STATE_HOME: state }
    const { exit, stderr } = await startProgram([BINARY, ...args], { cwd: path, env }).outcome()
    assert.equal(exit, 0, stderr)
    return { home, state }
  })()
  return made
}

/** A world with a home and an archive that holds one good bundle, so that a test sees whether the rest went on. */
export async function withArchive(context: TestContext, video: VideoOptions = { id: 'goodVideo01' }): Promise<Archive> {
  const world = aWorld(context)
  await world.init()
  const archive = join(world.path, 'archive')
  aVideo(archive, video)
  return { ...world, archive }
}

function startProgram(args: readonly string[], options: RunOptions): Running {
  const [command = process.execPath, ...before] = [...(options.prefix ?? []), process.execPath]
  const child = spawn(command, [...before, ...args], {
    cwd: options.cwd,
    env: options.env,
    timeout: options.tooLongMs ?? TOO_LONG_MS,
    killSignal: 'SIGKILL',
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
  const closed = once(child, 'close')
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  let stdout = ''
  let stderr = ''
  let wake: () => void = () => undefined
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    wake()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  void closed.then(() => wake())
  const whole = (): string => stdout.slice(0, stdout.lastIndexOf('\n') + 1)
  return {
    process: child,
    async until(wanted) {
      for (let from = 0; ; ) {
        const lines = linesOf(whole())
        const found = lines.slice(from).find(wanted)
        if (found !== undefined) return found
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`ended before that: ${stdout}${stderr}`)
        from = lines.length
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    async outcome() {
      await closed
      const events = args.includes('--json') ? linesOf(stdout) : []
      if (args.includes('--json') && child.exitCode !== null)
        checkLines(events, { command: commandOf(args), exit: child.exitCode, stderr })
      return { exit: child.exitCode, events, stdout, stderr }
    },
  }
}

const scripting = await readScriptingDocument()

/** What docs/SCRIPTING.md promises of every run, so every run of every test checks it. */
function checkLines(
  events: readonly Line[],
  { command, exit, stderr }: { readonly command: string; readonly exit: number; readonly stderr: string },
): void {
  const last = events.at(-1)
  assert.deepEqual({ event: last?.event, exit: last?.['exit'] }, { event: 'done', exit }, `done is last: ${stderr}`)
  assert.equal(events.filter(({ event }) => event === 'done').length, 1)
  for (const line of events) {
    assert.equal(line.v, 1)
    assert.deepEqual(
      undocumentedFields(scripting, line, command),
      [],
      `fields of ${line.event} that are not documented`,
    )
  }
  for (const problem of events.filter(({ event }) => event === 'problem')) {
    assert.match(String(problem['code']), /^[A-Z][A-Z0-9_]+$/)
    assert.equal(typeof problem['message'], 'string')
    assert.notEqual(problem['code'], 'INTERNAL', String(problem['message']))
  }
}

/** The command as the document names it: `add`, `manifest verify`. */
function commandOf([, command = '', below = '', third = '']: readonly string[]): string {
  if (['target', 'engine'].includes(command) && below === 'add') return `${command} add ${third}`
  if (command === 'channel') return `channel ${below === 'create' ? below : 'list'}`
  return ['manifest', 'lbry', 'target', 'key', 'policy', 'mirror', 'engine'].includes(command)
    ? `${command} ${below}`
    : command
}

/** The fields of the closing line. */
export function doneOf({ events }: Outcome): Line {
  const last = events.at(-1)
  assert.ok(last?.event === 'done', 'a run with --json ends with done')
  return last
}

/** All lines of one kind. */
export function linesOfEvent({ events }: Outcome, name: string): readonly Line[] {
  return events.filter(({ event }) => event === name)
}

/** Codes of all faults that were reported, in order. */
export function codesOf(outcome: Outcome): readonly string[] {
  return linesOfEvent(outcome, 'problem').map(({ code }) => String(code))
}

/** The one problem with this code; it must say what to do next. */
export function problemOf(outcome: Outcome, code: string): Line {
  const [problem, ...more] = linesOfEvent(outcome, 'problem').filter((line) => line['code'] === code)
  assert.ok(problem !== undefined, `${code} among ${codesOf(outcome).join(', ')} ${outcome.stderr}`)
  assert.deepEqual(more, [], `${code} is said once`)
  assert.ok(typeof problem['hint'] === 'string' && problem['hint'].length > 10, `${code} has a hint`)
  return problem
}

/** @throws {SyntaxError} for a line that is no JSON, which fails the test that met it. */
function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}
