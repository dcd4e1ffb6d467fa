import { Command } from '@commander-js/extra-typings'

/** Options that every command has. */
export type CommonOptions = {
  json?: true
  home?: string
}

/**
 * A command with what all of them share.
 *
 * @param example - one real invocation; shown at the end of `--help`.
 */
export function command(name: string, description: string, example: string): Command<[], CommonOptions> {
  return new Command(name)
    .description(description)
    .option(
      '--home <dir>',
      'the home of this installation (default: $HOLDFAST_HOME, else the data directory of this computer)',
    )
    .option('--json', 'one JSON object a line on stdout, for scripts (docs/SCRIPTING.md)')
    .addHelpText('after', `\nExample:\n  ${example.replaceAll('\n', '\n  ')}`)
}
