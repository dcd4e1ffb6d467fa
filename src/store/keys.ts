import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { lstat, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Problem } from '../model/errors.ts'
import { makeDirectory } from './durable-directory.ts'
import { writeDurable } from './durable-file.ts'
import { StoreError } from './errors.ts'
import { systemCode } from './file-errors.ts'
import { isEncrypted, openEnvelope, sealEnvelope } from './key-envelope.ts'
import { readSmallFile } from './small-file.ts'

/** An Ed25519 key that is open for use; the secret half never leaves node:crypto. */
export interface SigningKey {
  /** 32 bytes, RFC 8032. */
  readonly publicKey: Uint8Array
  /** Ed25519 signature, 64 bytes; deterministic, so repeating it reveals and changes nothing. */
  sign(message: Uint8Array): Uint8Array
}

/** Far above the 700 bytes of an armored age file around an Ed25519 key. */
const MAX_KEY_FILE_BYTES = 16_384

/**
 * Makes an Ed25519 key and writes it for this user's eyes only: PKCS#8 PEM, inside an age passphrase file unless
 * `passphrase` is undefined. The file holds no name, time or purpose. Durable when it resolves.
 *
 * @throws {StoreError} `KEY_EXISTS` (a key is never overwritten), `DISK_FULL`, `STORE_UNWRITABLE`.
 */
export async function createKey(
  path: string,
  { passphrase }: { readonly passphrase: string | undefined },
): Promise<SigningKey> {
  await refuseExisting(path)
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const bytes = passphrase === undefined ? pem : await sealEnvelope(pem, passphrase)
  await makeDirectory(dirname(path), 0o700)
  // Again, because scrypt took a second.
  await refuseExisting(path)
  await writeDurable(path, bytes, { mode: 0o600 })
  pem.fill(0)
  return signingKey(privateKey)
}

/**
 * Reads a key file; `getPassphrase` is asked only when there is something to decrypt, which then takes a second and 256 MiB.
 *
 * NOTE: any 32 bytes are a valid Ed25519 key, so a damaged file may open as another key. The caller compares `publicKey`
 * with the one that it expects, such as the log's in `policy.txt`.
 *
 * @returns the key, and `KEY_PERMISSIONS` as a warning when others can read the file.
 * @throws {StoreError} `KEY_MISSING`, `KEY_MALFORMED`, `WRONG_PASSPHRASE`, `STORE_UNREADABLE`, or what `getPassphrase` throws.
 */
export async function openKey(
  path: string,
  getPassphrase: () => Promise<string>,
): Promise<{ readonly key: SigningKey; readonly problems: readonly Problem[] }> {
  const bytes = await readKeyFile(path)
  const pem = isEncrypted(bytes) ? await openEnvelope(bytes, await getPassphrase(), path) : bytes
  try {
    return { key: signingKey(parsePem(pem, path)), problems: await permissionProblems(path) }
  } finally {
    pem.fill(0)
  }
}

async function refuseExisting(path: string): Promise<void> {
  const there = await lstat(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (there === undefined) return
  throw new StoreError('KEY_EXISTS', `${path} exists, and a key is never overwritten`, {
    hint: 'use the key that is there, or move it to a safe place first: what it signed can be continued with it alone',
  })
}

async function readKeyFile(path: string): Promise<Uint8Array> {
  const bytes = await readSmallFile(path, MAX_KEY_FILE_BYTES)
  if (bytes === undefined) {
    throw new StoreError('KEY_MISSING', `there is no key at ${path}`, {
      hint: 'bring the key file back from its backup; without it nothing can be signed, but everything can be read',
    })
  }
  if (bytes.length > MAX_KEY_FILE_BYTES) throw malformed(path)
  return bytes
}

function parsePem(pem: Uint8Array, path: string): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey({ key: Buffer.from(pem.buffer, pem.byteOffset, pem.length), format: 'pem' })
  } catch (error) {
    throw malformed(path, error)
  }
  if (key.asymmetricKeyType !== 'ed25519') throw malformed(path)
  return key
}

function malformed(path: string, cause?: unknown): StoreError {
  return new StoreError('KEY_MALFORMED', `${path} is not a Holdfast key`, {
    cause,
    hint: 'a key file is PKCS#8 PEM of an Ed25519 key, plain or in an age passphrase file; bring it back from its backup',
  })
}

function signingKey(privateKey: KeyObject): SigningKey {
  // RFC 8410: a SubjectPublicKeyInfo of Ed25519 ends with the 32 bytes of the key.
  const info = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    publicKey: new Uint8Array(info.subarray(-32)),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  }
}

async function permissionProblems(path: string): Promise<readonly Problem[]> {
  if (process.platform === 'win32' || ((await stat(path)).mode & 0o077) === 0) return []
  return [
    {
      code: 'KEY_PERMISSIONS',
      message: 'other users of this computer can read a signing key',
      hint: 'run `chmod 600` on it; if somebody may have read it without a passphrase, consider it stolen',
      path,
    },
  ]
}
