import { userInfo } from 'node:os'
import { configureNetwork } from '../read/network.ts'
import type { PassphraseSources } from '../store/passphrase.ts'
import { passphraseForKey } from '../store/passphrase.ts'
import { openTerminal } from '../store/terminal.ts'
import { type Config, loadConfig, type Secrets } from './config.ts'
import type { Context } from './context.ts'

/** Configuration turned into what the commands need; secrets stay behind functions. */
export interface World {
  readonly config: Config
  /** Absolute path of the home. */
  readonly home: string
  /** Who decides, for the private catalogue: `[operator] name`, else the name of the account. */
  readonly operator: string
  readonly passphrases: PassphraseSources
  askPassphrase(label: string): Promise<string>
  /** Token of Odysee's service from the environment, which stands above the one that the home keeps. */
  odyseeToken(): string | undefined
}

export interface WorldFlags {
  readonly home?: string | undefined
  readonly listen?: string | undefined
  readonly metrics?: string | undefined
  readonly log?: string | undefined
  readonly passphraseFile?: string | undefined
}

/** Reads the configuration once, says what is odd about it, and settles how requests leave this machine. */
export async function openWorld(context: Context, flags: WorldFlags): Promise<World> {
  const { config, secrets, problems } = await loadConfig(flags, context.env)
  for (const problem of problems) context.report.emit({ event: 'problem', ...problem })
  configureNetwork({ proxyUrl: secrets.proxyUrl })
  const passphrases = sourcesOf(secrets)
  return {
    config,
    home: config.home,
    operator: config.operator.name === '' ? accountName() : config.operator.name,
    passphrases,
    askPassphrase: (label) => passphraseForKey(passphrases, label),
    odyseeToken: () => secrets.odyseeToken,
  }
}

/** In a container the account may have a number and no name. */
function accountName(): string {
  try {
    return userInfo().username
  } catch {
    return `account ${process.getuid?.() ?? 'without a name'}`
  }
}

function sourcesOf(secrets: Secrets): PassphraseSources {
  return {
    file: secrets.passphraseFile,
    environment: secrets.passphrase,
    terminal: openTerminal(process.stdin, process.stderr),
  }
}
