import { debuglog } from 'node:util'
import { CommanderError } from '@commander-js/extra-typings'
import { HoldfastError, problemOf } from '../model/errors.ts'
import { closeNetwork } from '../read/network.ts'
import { confirmOnTerminal } from './confirm.ts'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'
import { EXIT, type Exit, exitOf } from './exit-codes.ts'
import { interruptions } from './interruptions.ts'
import { type Output, openOutput } from './output.ts'
import { buildProgram } from './program.ts'
import type { Report } from './report/events.ts'
import { jsonLinesReport } from './report/json-lines.ts'
import { textReport } from './report/text.ts'

const debug = debuglog('holdfast')

/**
 * Parses, runs, prints the one error, and returns the exit code.
 *
 * @param argv - arguments after the program's name.
 * @param env - the environment, handed on to the configuration and read nowhere else.
 */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<Exit> {
  const json = argv.includes('--json')
  const output = openOutput(process)
  const report = openReport(json, output)
  using interrupted = interruptions()
  let counts: Record<string, unknown> = {}
  let exit: Exit = EXIT.done
  let ordinaryEnd = false
  const context: Context = {
    report,
    env,
    stopping: interrupted.stopping,
    signal: interrupted.signal,
    interactive: !json && process.stdin.isTTY === true && process.stderr.isTTY === true,
    confirm: confirmOnTerminal,
    endsWhenStopped() {
      ordinaryEnd = true
    },
    finish(more, code) {
      counts = { ...counts, ...more }
      if (code !== undefined) exit = code
    },
  }
  try {
    const program = buildProgram(context, { json })
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    const isAnswer = error instanceof CommanderError && error.exitCode === 0
    if (isAnswer && !json) return EXIT.done
    report.progress(undefined)
    if (!isAnswer) exit = printError(report, await asOurs(error), json)
  } finally {
    await closeNetwork()
  }
  report.progress(undefined)
  if (interrupted.stopping.aborted && !ordinaryEnd) exit = EXIT.interrupted
  report.emit({ event: 'done', ...counts, exit })
  return (await output.delivered()) || exit !== EXIT.done ? exit : EXIT.partly
}

function openReport(json: boolean, { out, err }: Output): Report {
  return json ? jsonLinesReport(out) : textReport({ out, err, stderr: process.stderr })
}

/** The LBRY client has classes of its own; they are only loaded where such an error may have come from. */
async function asOurs(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !error.name.startsWith('Lbry')) return error
  const { translated } = await import('./lbry-error.ts')
  return translated(error)
}

function printError(report: Report, error: unknown, json: boolean): Exit {
  if (error instanceof CommanderError) {
    // commander already printed it for people; a script gets it as a problem.
    const message = error.code === 'commander.help' ? 'no command was given' : error.message.replace(/^error: /u, '')
    const hint = 'see `holdfast --help`, or --help of the command'
    if (json) report.emit({ event: 'problem', code: 'USAGE', message, hint })
    return EXIT.usage
  }
  if (error instanceof HoldfastError) {
    report.emit({ event: 'problem', ...problemOf(error) })
    return exitOf(error)
  }
  if (error instanceof Error && error.name === 'AbortError') return EXIT.interrupted
  const bug = new CliError('INTERNAL', `unexpected: ${error instanceof Error ? error.message : String(error)}`, {
    hint: 'this is a fault of the program; run again with NODE_DEBUG=holdfast and report what it prints',
    cause: error,
  })
  report.emit({ event: 'problem', ...problemOf(bug) })
  debug('%s', error instanceof Error ? error.stack : error)
  return EXIT.failed
}
