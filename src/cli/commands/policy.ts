import type { Command } from '@commander-js/extra-typings'
import type { Policy } from '../../manifest/policy.ts'
import { command, group } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { writeNewFile } from '../new-file.ts'
import { readPolicy } from '../policy-option.ts'

const MAKE = `writes a policy from the keys of a log and of witnesses

Without --log it is the log of the own home. Without -o the policy is printed, so that it can be looked at and put where it
belongs: policy.txt of the publisher's home decides when a head becomes public, a reader's own file decides what is believed.

Without --quorum more than half of the witnesses have to sign: then two histories cannot both find enough of them unless one
of them signs both.`

/** `holdfast policy make|show|explain` */
export function policyCommand(context: Context): Command {
  return group(
    'policy',
    'whose signatures make a head acceptable: make, show, explain',
    'holdfast policy explain policy.txt',
    [makeCommand(context), showCommand(context), explainCommand(context)],
  )
}

function makeCommand(context: Context): Command {
  return command(
    'make',
    MAKE,
    'holdfast policy make --witness "m-7k3q2/witness+…" --witness "w-2=other.example/w+…" -o policy.txt',
  )
    .option('--log <vkey...>', 'verifier keys of the log (default: that of the own home)')
    .option('--witness <vkey...>', 'verifier keys of witnesses, each with NAME= before it if its own name will not do')
    .option('--quorum <k>', 'how many witnesses have to sign: a number, any, all or none (default: more than half)')
    .option('-o, --output <file>', 'write it to a file, which must not be there yet')
    .action(async (options) => {
      const { nodePrimitives } = await import('../../store/node-primitives.ts')
      const { formatPolicy, parsePolicy } = await import('../../manifest/policy.ts')
      const logs = options.log ?? [await ownVkey(context, options)]
      const text = policyText(logs, (options.witness ?? []).map(namedWitness), options.quorum)
      const policy = parsePolicy(text, nodePrimitives.sha256)
      const written = `# Which signatures make a head acceptable (C2SP tlog-policy); \`holdfast policy explain\` says it in words.\n${formatPolicy(policy)}`
      if (options.output === undefined) context.report.emit({ event: 'text', text: written })
      else await writeNewFile(options.output, new TextEncoder().encode(written))
      context.finish({ ...countsOf(policy), ...(options.output === undefined ? {} : { file: options.output }) })
    }) as unknown as Command
}

function showCommand(context: Context): Command {
  return command('show', 'the keys and the quorum of a policy, one a line', 'holdfast policy show policy.txt')
    .argument('[file]', 'a policy or a verifier key (default: policy.txt of the own home)')
    .action(async (file, options) => {
      const policy = await givenPolicy(context, options, file)
      for (const row of rowsOf(policy)) context.report.emit({ event: 'row', row })
      context.finish(countsOf(policy))
    }) as unknown as Command
}

function explainCommand(context: Context): Command {
  return command('explain', 'says in plain words who has to sign', 'holdfast policy explain policy.txt')
    .argument('[file]', 'a policy or a verifier key (default: policy.txt of the own home)')
    .action(async (file, options) => {
      const { explainPolicy } = await import('../../manifest/explain-policy.ts')
      const policy = await givenPolicy(context, options, file)
      const { lines, fewest, stops } = explainPolicy(policy)
      context.report.emit({ event: 'text', text: `${lines.join('\n')}\n` })
      context.finish({ ...countsOf(policy), fewest, stops })
    }) as unknown as Command
}

/** All but a log's key can be in somebody's head: the checks are those of `parsePolicy`. */
function policyText(
  logs: readonly string[],
  witnesses: readonly (readonly [string, string])[],
  quorum?: string,
): string {
  const names = witnesses.map(([name]) => name)
  const asked = quorum ?? (names.length === 0 ? 'none' : String(Math.floor(names.length / 2) + 1))
  if (!/^(any|all|none|[1-9][0-9]{0,2})$/u.test(asked))
    throw new CliError('USAGE', `${asked} is no quorum`, { hint: 'give a number, any, all or none' })
  if (names.length === 0 && asked !== 'none')
    throw new CliError('USAGE', 'there is no witness who could sign', { hint: 'name them with --witness' })
  const lines = [
    ...logs.map((vkey) => `log ${vkey}`),
    ...witnesses.map(([name, vkey]) => `witness ${name} ${vkey}`),
    ...(asked === 'none' ? ['quorum none'] : [`group witnesses ${asked} ${names.join(' ')}`, 'quorum witnesses']),
  ]
  return `${lines.join('\n')}\n`
}

/** `NAME=VKEY`, or a key whose own name says `NAME/witness`. */
function namedWitness(given: string): readonly [name: string, vkey: string] {
  const [, name, vkey = given] = /^([^\s=+]+)=(.+)$/u.exec(given) ?? []
  if (/\s/u.test(vkey))
    throw new CliError('USAGE', 'a verifier key has no spaces', { hint: 'copy the whole key, one line' })
  return [name ?? vkey.split('+', 1)[0]?.replace(/\/witness$/u, '') ?? '', vkey]
}

async function ownVkey(context: Context, options: { readonly home?: string }): Promise<string> {
  const { openWorld } = await import('../world.ts')
  const { openHome } = await import('../../pipeline/open-home.ts')
  const world = await openWorld(context, options)
  await using home = await openHome(world.home)
  return home.vkey
}

async function givenPolicy(context: Context, options: { readonly home?: string }, file?: string): Promise<Policy> {
  const { openWorld } = await import('../world.ts')
  const { homePaths, requireHome } = await import('../../store/home.ts')
  const { nodePrimitives } = await import('../../store/node-primitives.ts')
  if (file !== undefined) return readPolicy(file, nodePrimitives.sha256)
  const { home } = await openWorld(context, options)
  await requireHome(home)
  return readPolicy(homePaths(home).policy, nodePrimitives.sha256)
}

function* rowsOf({ logs, witnesses, groups, quorum }: Policy): Iterable<Readonly<Record<string, unknown>>> {
  for (const { key, url } of logs) yield { what: 'log', vkey: key.text, url }
  for (const { name, key, url } of witnesses) yield { what: 'witness', name, vkey: key.text, url }
  for (const { name, threshold, members } of groups) yield { what: 'group', name, threshold, members }
  yield { what: 'quorum', name: quorum }
}

function countsOf({ logs, witnesses, quorum }: Policy): Readonly<Record<string, unknown>> {
  return { logs: logs.length, witnesses: witnesses.length, quorum }
}
