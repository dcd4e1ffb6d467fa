import type { Command } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { wholeNumber } from '../integer-option.ts'

const DESCRIPTION = `makes a home: keys, settings, and a manifest of one statement

NAME is the origin of the manifest, public for ever, such as archive.example/testimony. --mirror makes the home of a mirror
instead, which holds what others publish and has no log of its own.`

const RECOVERY = (path: string): string => `
The recovery key is in ${path}. Whoever holds it can replace a lost or stolen log key.
Move it off this computer now (two USB sticks in two places), and give the verifier key below to the people who will
read or mirror this manifest, over a channel that they trust.`

/** Limit of manifest-v1 §2.10. */
const MAX_APPROVERS = 16

/** `holdfast init` */
export function initCommand(context: Context): Command {
  return command('init', DESCRIPTION, 'holdfast init --origin archive.example/testimony')
    .option('--origin <name>', 'the origin of the manifest')
    .option('--mirror', 'make the home of a mirror')
    .option('--name <name>', 'of the mirror and its keys, public once they sign (default: a random one, m-…)')
    .option('--no-passphrase', 'leave the keys unencrypted: whoever gets this disk can sign in your name')
    .option('--passphrase-file <file>', 'take the passphrase from the first line of this file')
    .option('--approver <vkey...>', 'verifier keys of trustees, instead of a recovery key made here')
    .option('--threshold <k>', 'how many approvers must agree', wholeNumber, 1)
    .action(async (options) => {
      if (options.mirror === true) {
        await initMirror(context, options)
        return
      }
      const { origin = '' } = options
      const { isKeyName } = await import('../../manifest/vkey.ts')
      if (options.origin === undefined || options.name !== undefined) {
        throw new CliError('USAGE', 'a log needs --origin, and --name is for a mirror', {
          hint: 'give --origin with a name that you own, or --mirror for the home of a mirror',
        })
      }
      if (!/^[\x21-\x7e]{1,255}$/u.test(origin) || !isKeyName(origin)) {
        throw new CliError(
          'ORIGIN_INVALID',
          'an origin has 1 to 255 printable ASCII characters, without spaces and +',
          {
            hint: 'take a name that you own, such as archive.example/testimony',
          },
        )
      }
      await checkApprovers(options.approver ?? [], options.threshold)
      const { openWorld } = await import('../world.ts')
      const { passphraseForNewKey } = await import('../../store/passphrase.ts')
      const { initialise } = await import('../../pipeline/init.ts')
      const { CONFIG_TEMPLATE } = await import('../config-template.ts')
      const world = await openWorld(context, options)
      const passphrase = options.passphrase ? await passphraseForNewKey(world.passphrases, 'the new keys') : undefined
      const made = await initialise(world.home, {
        origin,
        passphrase,
        approvers: options.approver ?? [],
        threshold: options.threshold,
        config: CONFIG_TEMPLATE,
        stateDirectory: world.config.stateDirectory,
        signal: context.signal,
      })
      for (const problem of made.warnings) context.report.emit({ event: 'problem', ...problem })
      if (!options.passphrase) {
        context.report.emit({
          event: 'note',
          message: 'the keys are not encrypted: whoever gets this disk can sign in your name',
        })
      }
      if (made.recoveryKey !== undefined) context.report.emit({ event: 'note', message: RECOVERY(made.recoveryKey) })
      context.finish({ home: world.home, origin, vkey: made.vkey })
    }) as unknown as Command
}

interface MirrorOptions {
  readonly home?: string
  readonly name?: string
  readonly origin?: string
  readonly approver?: readonly string[]
  readonly passphrase: boolean
  readonly passphraseFile?: string
}

async function initMirror(context: Context, { name, origin, approver, ...options }: MirrorOptions): Promise<void> {
  const { openWorld } = await import('../world.ts')
  const { initialiseMirror } = await import('../../pipeline/mirror/mirror-home.ts')
  const { passphraseForNewKey } = await import('../../store/passphrase.ts')
  const { isCosignerName, randomCosignerName } = await import('../../store/cosigner-keys.ts')
  const { CONFIG_TEMPLATE } = await import('../config-template.ts')
  if (origin !== undefined || approver !== undefined) {
    throw new CliError('USAGE', 'a mirror has no log of its own, so --origin and --approver mean nothing for it', {
      hint: 'leave them out; what it follows is said with `holdfast mirror add`',
    })
  }
  const called = name ?? randomCosignerName()
  if (!isCosignerName(called)) {
    throw new CliError('USAGE', `${called} cannot be the name of a mirror`, {
      hint: 'take up to 200 printable ASCII characters, without spaces and +, that say nothing about you; or leave --name out',
    })
  }
  const world = await openWorld(context, options)
  const passphrase = options.passphrase ? await passphraseForNewKey(world.passphrases, 'the new keys') : undefined
  const made = await initialiseMirror(world.home, { name: called, config: CONFIG_TEMPLATE, passphrase })
  for (const problem of made.warnings) context.report.emit({ event: 'problem', ...problem })
  context.finish({ home: world.home, name: called, ...made.vkeys })
}

/** Before anything is made: the genesis can never be changed, and a home that stopped half-way has to be finished first. */
async function checkApprovers(approvers: readonly string[], threshold: number): Promise<void> {
  const { ED25519, parseVkey } = await import('../../manifest/vkey.ts')
  const { nodePrimitives } = await import('../../store/node-primitives.ts')
  const keys = approvers.map((text) => parseVkey(text, nodePrimitives.sha256))
  if (keys.some(({ type }) => type !== ED25519)) {
    throw new CliError('USAGE', 'an approver has a plain Ed25519 key, and one of these is of another kind', {
      hint: 'ask that person for the verifier key of an approver, not of a witness',
    })
  }
  const people = new Set(keys.map(({ publicKey }) => Buffer.from(publicKey).toString('hex'))).size
  if (people !== keys.length || people > MAX_APPROVERS || threshold < 1 || threshold > Math.max(1, people)) {
    throw new CliError('USAGE', `${threshold} of ${people} different approvers cannot decide anything`, {
      hint: 'name 1 to 16 different keys with --approver, and at most as many in --threshold',
    })
  }
}
