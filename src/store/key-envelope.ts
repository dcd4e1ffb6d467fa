import type { Stanza } from 'age-encryption'
import { StoreError } from './errors.ts'

/**
 * Base-2 logarithm of scrypt's N: what age itself takes for new files (its `scrypt.go`, and typage's default). One try
 * costs an attacker about a second and 256 MiB; PKCS#8's own encryption in node:crypto allows 1,570 tries a second.
 */
const SCRYPT_WORK_FACTOR = 18

const ARMORED = '-----BEGIN AGE ENCRYPTED FILE-----'
const BINARY = 'age-encryption.org/'

/** True for an age file, armored (as we write it) or binary (as `age -p` does). */
export function isEncrypted(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 256)).toString('latin1').trimStart()
  return start.startsWith(ARMORED) || start.startsWith(BINARY)
}

/** An armored age file that the passphrase opens, here or with the `age` program. Takes about a second. */
export async function sealEnvelope(secret: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const { armor, Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase)
  encrypter.setScryptWorkFactor(SCRYPT_WORK_FACTOR)
  return Buffer.from(armor.encode(await encrypter.encrypt(secret)))
}

/** @throws {StoreError} `WRONG_PASSPHRASE`, or `KEY_MALFORMED` for a damaged file or one for other recipients. */
export async function openEnvelope(bytes: Uint8Array, passphrase: string, path: string): Promise<Uint8Array> {
  const { armor, Decrypter } = await import('age-encryption')
  // Asked after the passphrase, and only when that did not fit; so nothing depends on the words of an error.
  let refused = false
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase)
  decrypter.addIdentity({
    unwrapFileKey(stanzas: readonly Stanza[]) {
      refused = stanzas.some((stanza) => stanza.args[0] === 'scrypt')
      return null
    },
  })
  try {
    const text = Buffer.from(bytes).toString('latin1')
    return await decrypter.decrypt(text.trimStart().startsWith(ARMORED) ? armor.decode(text) : bytes)
  } catch (error) {
    if (refused) {
      throw new StoreError('WRONG_PASSPHRASE', `the passphrase does not open ${path}`, {
        cause: error,
        hint: 'try again; check the keyboard layout, and that it is the passphrase of this home',
      })
    }
    throw new StoreError('KEY_MALFORMED', `${path} is damaged, or encrypted for something else than a passphrase`, {
      cause: error,
      hint: 'bring the key file back from its backup',
    })
  }
}
