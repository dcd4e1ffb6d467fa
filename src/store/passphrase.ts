import { StoreError } from './errors.ts'
import { readSmallFile } from './small-file.ts'
import type { Terminal } from './terminal.ts'

/** Where a passphrase may come from; the first that is there decides, and none is tried after another failed. */
export interface PassphraseSources {
  /** `--passphrase-file`: its first line counts. */
  readonly file: string | undefined
  /** `HOLDFAST_PASSPHRASE`; empty is as good as unset. */
  readonly environment: string | undefined
  readonly terminal: Terminal | undefined
}

/** What typage advises for a passphrase of random characters; no shorter one is accepted for a new key. */
const MIN_CHARACTERS = 8
const MAX_FILE_BYTES = 4_096
const NEEDED_HINT =
  'give it with --passphrase-file or HOLDFAST_PASSPHRASE, or run the command on a terminal and be asked'

/**
 * The passphrase of an existing key, in NFC: keyboards of different systems compose й and ü differently.
 *
 * @param label - what it opens, for the question, such as `the log key`.
 * @throws {StoreError} `PASSPHRASE_NEEDED` or `STORE_UNREADABLE`; `AbortError` on Ctrl-C.
 */
export async function passphraseForKey(sources: PassphraseSources, label: string): Promise<string> {
  const given = await givenPassphrase(sources)
  if (given !== undefined) return given
  const typed = await sources.terminal?.askSecret(`Passphrase of ${label}: `)
  if (typed === undefined || typed === '') throw needed(`the passphrase of ${label} is needed`)
  return typed.normalize('NFC')
}

/** As {@link passphraseForKey}, but asked for twice, and @throws {StoreError} `PASSPHRASE_TOO_SHORT`. */
export async function passphraseForNewKey(sources: PassphraseSources, label: string): Promise<string> {
  const passphrase = (await givenPassphrase(sources)) ?? (await chosenPassphrase(sources.terminal, label))
  if ([...passphrase].length >= MIN_CHARACTERS) return passphrase
  throw new StoreError(
    'PASSPHRASE_TOO_SHORT',
    `the passphrase of ${label} has fewer than ${MIN_CHARACTERS} characters`,
    {
      hint: 'take four or five random words: it is all that protects the key on a seized disk',
    },
  )
}

async function givenPassphrase({ file, environment }: PassphraseSources): Promise<string | undefined> {
  if (file !== undefined) return firstLine(file)
  return environment === undefined || environment === '' ? undefined : environment.normalize('NFC')
}

async function firstLine(file: string): Promise<string> {
  const bytes = await readSmallFile(file, MAX_FILE_BYTES)
  if (bytes === undefined) throw needed(`there is no passphrase file ${file}`)
  const line = decode(bytes)?.split(/\r?\n/, 1)[0]
  if (line === undefined || Buffer.byteLength(line) >= MAX_FILE_BYTES)
    throw needed(`${file} does not begin with a line of text`)
  if (line === '') throw needed(`the first line of ${file} is empty`)
  return line.normalize('NFC')
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

async function chosenPassphrase(terminal: Terminal | undefined, label: string): Promise<string> {
  const first = await terminal?.askSecret(`New passphrase for ${label}: `)
  if (terminal === undefined || first === undefined || first === '') throw needed(`a passphrase for ${label} is needed`)
  const second = await terminal.askSecret('The same again: ')
  if (first !== second) throw needed('the two passphrases differ')
  return first.normalize('NFC')
}

function needed(message: string): StoreError {
  return new StoreError('PASSPHRASE_NEEDED', message, { hint: NEEDED_HINT })
}
