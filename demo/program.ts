import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Event } from '../src/cli/report/events.ts'

const bin = fileURLToPath(new URL('../bin/holdfast.ts', import.meta.url))
/** A server that was asked to end and has not by then is killed. */
const STOP_MS = 10_000

type Child = ChildProcessByStdio<null, Readable, null>

/** What one run of the program said. */
export interface Said {
  /** The one event of that name, or the first of several. Fails when there is none. */
  one<Name extends Event['event']>(name: Name): Extract<Event, { readonly event: Name }>
  all<Name extends Event['event']>(name: Name): readonly Extract<Event, { readonly event: Name }>[]
}

export interface Server extends AsyncDisposable {
  readonly url: string
}

/** Somebody at a computer: a working directory, and an environment that has nothing of the one who runs the demo. */
export interface Person {
  /** Runs the real program with `--json` and fails unless it exits with `exit`. */
  holdfast(exit: number, ...args: readonly string[]): Promise<Said>
  /** Starts `holdfast serve` and waits until it says that it answers. */
  serve(...args: readonly string[]): Promise<Server>
}

/** @param directory - also stands for the user's own directories, so that nothing is written outside of it. */
export function personAt(directory: string, signal: AbortSignal): Person {
  const env = {
    PATH: process.env['PATH'],
    HOME: directory,
    XDG_STATE_HOME: `${directory}/state`,
    XDG_DATA_HOME: `${directory}/data`,
    NODE_COMPILE_CACHE: `${directory}/../compiled`,
  }
  const start = (args: readonly string[]): Child =>
    spawn(process.execPath, [bin, ...args, '--json'], { cwd: directory, env, stdio: ['ignore', 'pipe', 'inherit'] })

  return {
    async holdfast(exit, ...args) {
      signal.throwIfAborted()
      const child = start(args)
      const kill = (): void => void child.kill('SIGKILL')
      signal.addEventListener('abort', kill, { once: true })
      const [text, [code]] = await Promise.all([child.stdout.setEncoding('utf8').toArray(), once(child, 'close')])
      signal.removeEventListener('abort', kill)
      signal.throwIfAborted()
      const output = text.join('')
      assert.equal(code, exit, `holdfast ${args.join(' ')} exited with ${code} instead of ${exit}:\n${output}`)
      return saidIn(output)
    },
    async serve(...args) {
      signal.throwIfAborted()
      const child = start(['serve', ...args])
      try {
        return serverOf(child, await firstLine(child, signal))
      } catch (error) {
        await stop(child)
        throw error
      }
    },
  }
}

function serverOf(child: Child, line: string): Server {
  const url = saidIn(line).one('ready').http
  return {
    url,
    async [Symbol.asyncDispose]() {
      await stop(child)
      assert.equal(child.exitCode, 0, `the server ended with ${child.exitCode ?? child.signalCode}`)
    },
  }
}

async function firstLine(child: Child, signal: AbortSignal): Promise<string> {
  let text = ''
  child.stdout.setEncoding('utf8')
  while (!text.includes('\n')) {
    const [chunk] = await Promise.race([once(child.stdout, 'data', { signal }), once(child, 'close', { signal })])
    assert.equal(typeof chunk, 'string', 'the server ended before it answered')
    text += chunk
  }
  // What it says later is not asked for; unread, it would wait in the pipe for ever.
  child.stdout.resume()
  return text
}

async function stop(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  child.kill('SIGINT')
  await closed
  clearTimeout(late)
}

function saidIn(output: string): Said {
  const events = output.split('\n').filter(Boolean).map(parseLine)
  const all: Said['all'] = (name) => events.filter((event) => isNamed(event, name))
  return {
    all,
    one(name) {
      const [first] = all(name)
      assert.ok(first, `there is no \`${name}\` line in:\n${output}`)
      return first
    },
  }
}

function isNamed<Name extends Event['event']>(event: Event, name: Name): event is Extract<Event, { event: Name }> {
  return event.event === name
}

function parseLine(line: string): Event {
  const { v, ...event } = JSON.parse(line)
  assert.equal(v, 1, `not a line of --json: ${line}`)
  return event
}
