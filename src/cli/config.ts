import { resolve } from 'node:path'
import type { Problem } from '../model/errors.ts'
import { defaultHome, homePaths, stateDirectory } from '../store/home.ts'
import { checkDirectory, checkListen, type FileConfig, readConfigFile } from './config-file.ts'

/** Options of the command line that stand above all else; those that were not given are absent or undefined. */
export interface ConfigFlags {
  readonly home?: string | undefined
  readonly listen?: string | undefined
  readonly metrics?: string | undefined
  readonly log?: string | undefined
  readonly passphraseFile?: string | undefined
}

/** Everything that may be shown, logged or put into a report. */
export interface Config extends FileConfig {
  /** Absolute. */
  readonly home: string
  /** Absolute; where the second record of the newest signed head lies. */
  readonly stateDirectory: string
  /** False with NO_COLOR, https://no-color.org; whether there is a terminal is for others to ask. */
  readonly color: boolean
}

/** Nothing of this is ever printed or logged. */
export interface Secrets {
  readonly passphraseFile: string | undefined
  /** `HOLDFAST_PASSPHRASE`. */
  readonly passphrase: string | undefined
  /** `HOLDFAST_ODYSEE_TOKEN`. */
  readonly odyseeToken: string | undefined
  /** The proxy with its user and password; `config.network.proxy` is the same without. */
  readonly proxyUrl: string | undefined
}

export interface LoadedConfig {
  readonly config: Config
  readonly secrets: Secrets
  readonly problems: readonly Problem[]
}

/**
 * Flags over environment over `holdfast.toml` over defaults; called once a process. A home that is not there yet has no
 * file and is no error. XDG_DATA_HOME and XDG_STATE_HOME count through env-paths.
 *
 * @param environment - `process.env`; `HOLDFAST_HOME`, `HOLDFAST_PASSPHRASE`, `HOLDFAST_ODYSEE_TOKEN` and `NO_COLOR` are read, empty is unset.
 * @throws {ConfigError} `CONFIG_INVALID`. @throws {StoreError} `STORE_UNREADABLE`.
 */
export async function loadConfig(
  flags: ConfigFlags,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<LoadedConfig> {
  const set = (name: string): string | undefined => (environment[name] === '' ? undefined : environment[name])
  const flagged = flags.home === undefined ? undefined : checkDirectory(flags.home, '--home')
  const home = flagged ?? set('HOLDFAST_HOME') ?? defaultHome()
  const paths = homePaths(home)
  const { file, problems } = await readConfigFile(paths.config)
  const proxyUrl = file.network.proxy === '' ? undefined : file.network.proxy
  return {
    config: {
      ...file,
      home: paths.home,
      stateDirectory: stateDirectory(),
      color: set('NO_COLOR') === undefined,
      serve: {
        ...file.serve,
        ...(flags.listen === undefined ? {} : { listen: checkListen(flags.listen, '--listen') }),
        ...(flags.metrics === undefined ? {} : { metrics: checkListen(flags.metrics, '--metrics') }),
        log: logPath(flags.log, file.serve.log, paths.home),
      },
      network: { proxy: proxyUrl === undefined ? '' : withoutCredentials(proxyUrl) },
    },
    secrets: {
      passphraseFile: flags.passphraseFile,
      passphrase: set('HOLDFAST_PASSPHRASE'),
      odyseeToken: set('HOLDFAST_ODYSEE_TOKEN'),
      proxyUrl,
    },
    problems,
  }
}

/** A path of the file of settings is meant from where that file lies, one of the command line from where one stands. */
function logPath(flag: string | undefined, setting: string, home: string): string {
  const given = flag ?? setting
  if (given === '' || given === '-') return given
  return flag === undefined ? resolve(home, given) : resolve(given)
}

function withoutCredentials(url: string): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown.href
}
