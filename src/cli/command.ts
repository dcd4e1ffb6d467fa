import { Command } from '@commander-js/extra-typings'

/** Options that every command has. */
export type CommonOptions = {
  json?: true
  home?: string
}

/**
 * A command with what all of them share.
 *
 * @param description - its first paragraph, of at most 62 letters, is its line in the list of commands. Paragraphs are
 * separated by an empty line; single line breaks are for the source alone.
 * @param example - one real invocation; shown at the end of `--help`.
 */
export function command(name: string, description: string, example: string): Command<[], CommonOptions> {
  const paragraphs = description.split('\n\n').map((paragraph) => paragraph.replaceAll('\n', ' '))
  return new Command(name)
    .summary(paragraphs[0] ?? '')
    .description(paragraphs.join('\n\n'))
    .option(
      '--home <dir>',
      'the home of this installation (default: $HOLDFAST_HOME, else the data directory of this computer)',
    )
    .option('--json', 'one JSON object a line on stdout, for scripts (docs/SCRIPTING.md)')
    .addHelpText('after', `\nExample:\n  ${example.replaceAll('\n', '\n  ')}`)
}

/** A command that only has others below it. @param description - its line in the list of commands. */
export function group(name: string, description: string, example: string, below: readonly Command[]): Command {
  const parent = new Command(name)
    .description(description)
    .addHelpText('after', `\nExample:\n  ${example}`)
    .configureHelp({ subcommandTerm: (each) => each.name() })
  for (const each of below) parent.addCommand(each)
  return parent
}
