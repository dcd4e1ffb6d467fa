import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { VERSION } from '../version.ts'
import { addCommand } from './commands/add.ts'
import { adoptCommand } from './commands/adopt.ts'
import { announceCommand } from './commands/announce.ts'
import { auditCommand } from './commands/audit.ts'
import { channelCommand } from './commands/channel.ts'
import { clearCommand, holdCommand } from './commands/clear.ts'
import { cosignCommand } from './commands/cosign.ts'
import { drillCommand } from './commands/drill.ts'
import { engineCommand } from './commands/engine.ts'
import { exportCommand } from './commands/export.ts'
import { getCommand } from './commands/get.ts'
import { importCommand } from './commands/import.ts'
import { initCommand } from './commands/init.ts'
import { keyCommand } from './commands/key.ts'
import { lbryCommand } from './commands/lbry.ts'
import { listCommand } from './commands/list.ts'
import { lookupCommand } from './commands/lookup.ts'
import { manifestCommand } from './commands/manifest.ts'
import { mirrorCommand } from './commands/mirror.ts'
import { originalCommand } from './commands/original.ts'
import { policyCommand } from './commands/policy.ts'
import { proveCommand } from './commands/prove.ts'
import { publishCommand } from './commands/publish.ts'
import { serveCommand } from './commands/serve.ts'
import { showCommand } from './commands/show.ts'
import { targetCommand } from './commands/target.ts'
import { templateCommand } from './commands/template.ts'
import { verifyCommand } from './commands/verify.ts'
import { withdrawCommand } from './commands/withdraw.ts'
import type { Context } from './context.ts'

const INTRODUCTION =
  'Keeps testimony alive after the platforms drop it: addresses an archive by its content where it lies, and publishes it ' +
  'under a signed manifest.'

const TOUR = `
The main job:
  holdfast init --origin archive.example/testimony   once
  holdfast add ~/archive                             as often as there is more
  holdfast publish                                   shows what, and asks
  holdfast serve                                     for others

Exit: 0 done · 1 failed or absent · 2 usage · 3 partly, repeat it · 4 unverified`

/** The whole command line. Each command is one file; heavy parts are loaded by the command that needs them. */
export function buildProgram(context: Context, { json }: { readonly json: boolean }): Command {
  const program = new Command('holdfast')
    .description(INTRODUCTION)
    .version(VERSION, '-V, --version', 'print the version')
    .addHelpText('after', TOUR)
    // Arguments and options are in the help of each command; beside the names they leave no room for what it does.
    // `help`, `--help` and `--version` are known to everybody, and a screen has few lines.
    .configureHelp({
      subcommandTerm: (each) => each.name(),
      visibleCommands: (each) => [...each.commands],
      visibleOptions: () => [],
    })
    .showHelpAfterError('(see --help)')
  for (const add of [
    initCommand,
    templateCommand,
    addCommand,
    listCommand,
    showCommand,
    clearCommand,
    holdCommand,
    publishCommand,
    announceCommand,
    engineCommand,
    auditCommand,
    drillCommand,
    targetCommand,
    channelCommand,
    adoptCommand,
    withdrawCommand,
    originalCommand,
    lookupCommand,
    getCommand,
    proveCommand,
    verifyCommand,
    lbryCommand,
    manifestCommand,
    policyCommand,
    keyCommand,
    cosignCommand,
    serveCommand,
    mirrorCommand,
    exportCommand,
    importCommand,
  ]) {
    program.addCommand(add(context))
  }
  for (const each of withSubcommands(program)) {
    each.exitOverride()
    if (!json) continue
    const writeOut = (text: string): void => context.report.emit({ event: 'text', text })
    // The fault is a `problem` line there; commander's own text would only repeat it.
    each.configureOutput({ writeOut, writeErr: () => undefined })
  }
  return program
}

function withSubcommands(command: CommandUnknownOpts): CommandUnknownOpts[] {
  return [command, ...command.commands.flatMap(withSubcommands)]
}
