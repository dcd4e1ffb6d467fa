import { writeDurable } from './durable-file.ts'
import { StoreError } from './errors.ts'
import { isEncrypted, openEnvelope, sealEnvelope } from './key-envelope.ts'
import { openKey } from './keys.ts'
import { readSmallFile } from './small-file.ts'

/** Far above any token of a web service; below what would fill memory. */
const MAX_TOKEN_BYTES = 16_384

/**
 * Keeps a service's token as the log key is kept: in an age passphrase file, with the same passphrase, or bare in a home
 * whose keys are bare. Replaces an older one.
 *
 * @throws {StoreError} `WRONG_PASSPHRASE` and the others of {@link openKey}; `DISK_FULL`, `STORE_UNWRITABLE`.
 */
export async function keepToken(
  path: string,
  token: string,
  { logKey, getPassphrase }: { readonly logKey: string; readonly getPassphrase: () => Promise<string> },
): Promise<void> {
  let passphrase: string | undefined
  // Opened for nothing but to be sure that it is the same passphrase.
  await openKey(logKey, async () => {
    passphrase = await getPassphrase()
    return passphrase
  })
  const bytes = Buffer.from(token)
  await writeDurable(path, passphrase === undefined ? bytes : await sealEnvelope(bytes, passphrase), { mode: 0o600 })
}

/** @throws {StoreError} `KEY_MISSING`, `KEY_MALFORMED`, `WRONG_PASSPHRASE`. */
export async function openToken(path: string, getPassphrase: () => Promise<string>): Promise<string> {
  const bytes = await readSmallFile(path, MAX_TOKEN_BYTES)
  if (bytes === undefined || bytes.length > MAX_TOKEN_BYTES) throw unusable(path)
  const plain = isEncrypted(bytes) ? await openEnvelope(bytes, await getPassphrase(), path) : bytes
  return parseToken(Buffer.from(plain).toString('utf8'), path)
}

/** The first line of a file that a person wrote a token into. */
export async function readTokenFile(path: string): Promise<string> {
  const bytes = await readSmallFile(path, MAX_TOKEN_BYTES)
  if (bytes === undefined || bytes.length > MAX_TOKEN_BYTES) throw unusable(path)
  return parseToken(Buffer.from(bytes).toString('utf8'), path)
}

/** What may stand in an HTTP header (RFC 6750 and the cookie octets of RFC 6265), and nothing else. */
export function parseToken(text: string, where: string): string {
  const token = text.split(/\r?\n/u, 1)[0]?.trim() ?? ''
  if (/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{8,4096}$/u.test(token)) return token
  throw unusable(where)
}

function unusable(where: string): StoreError {
  return new StoreError('KEY_MISSING', `there is no token in ${where}`, {
    hint: 'put the token, 8 characters or more, alone on the first line of a file, and name it with --token-file when you add the target or engine',
  })
}
