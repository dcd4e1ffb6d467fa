import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Signer } from '../manifest/signer.ts'
import { ED25519_COSIGNATURE, formatVkey, isKeyName, parseVkey } from '../manifest/vkey.ts'
import type { Problem } from '../model/errors.ts'
import { writeDurable } from './durable-file.ts'
import { StoreError } from './errors.ts'
import type { HomePaths } from './home.ts'
import { createKey, openKey, type SigningKey } from './keys.ts'
import { nodePrimitives } from './node-primitives.ts'
import { readSmallFile } from './small-file.ts'

/**
 * What a cosigner states, each with a key of its own (manifest-v1 §7.1): `witness`, that a head continues all it saw;
 * `mirror`, that the log's entries are durable here; `holder`, that all public content is here.
 */
export const COSIGNER_ROLES = ['witness', 'mirror', 'holder'] as const
export type CosignerRole = (typeof COSIGNER_ROLES)[number]

/** Verifier keys, `NAME/ROLE`. */
export type CosignerVkeys = Readonly<Record<CosignerRole, string>>

const MAX_FILE_BYTES = 65_536
const COMMENT = `# The keys with which this home cosigns the manifests of others. Hand out the line of the role that you take:
# witness: "this head continues all that I saw"; mirror: "its statements are safe here"; holder: "all its content is here".
`
/** The symbols of citation ids: none can be taken for another. */
const SYMBOLS = '123456789abcdefghjkmnpqrstvwxyz'

/** A name for keys that says nothing: names of keys are public for ever. */
export function randomCosignerName(): string {
  // 248 is the largest multiple of 31 in a byte; what is above would favour some symbols.
  const symbols = [...randomBytes(64)].filter((byte) => byte < 248).map((byte) => SYMBOLS[byte % SYMBOLS.length])
  return `m-${symbols.slice(0, 5).join('')}`
}

/** Can be in the name of a key and in a line of a policy. */
export function isCosignerName(name: string): boolean {
  return /^[\x21-\x7e]{1,200}$/u.test(name) && isKeyName(name)
}

/**
 * Makes the three keys of a home that cosigns. A run that was killed is continued: keys that are there are kept, and the
 * name counts once all three are.
 *
 * @param passphrase - undefined leaves them unencrypted.
 * @throws {StoreError} `KEY_EXISTS` when the home has them already; `WRONG_PASSPHRASE`, `DISK_FULL`, `STORE_UNWRITABLE`.
 */
export async function createCosigners(
  paths: HomePaths,
  { name, passphrase }: { readonly name: string; readonly passphrase: string | undefined },
): Promise<CosignerVkeys> {
  if (existsSync(paths.cosigners)) {
    throw new StoreError('KEY_EXISTS', 'this home has cosigner keys, and they are never replaced', {
      hint: 'see `holdfast key show`; a second set of keys needs a home of its own',
    })
  }
  const vkeys: Record<CosignerRole, string> = { witness: '', mirror: '', holder: '' }
  for (const role of COSIGNER_ROLES) {
    const { publicKey } = await keyAt(keyPath(paths, role), passphrase)
    vkeys[role] = formatVkey({ name: `${name}/${role}`, type: ED25519_COSIGNATURE, publicKey }, nodePrimitives.sha256)
  }
  const lines = COSIGNER_ROLES.map((role) => `${role} ${vkeys[role]}\n`)
  await writeDurable(paths.cosigners, new TextEncoder().encode(`${COMMENT}${lines.join('')}`))
  return vkeys
}

/**
 * The public halves; no passphrase is needed.
 *
 * @returns undefined when this home has none.
 * @throws {StoreError} `KEY_MALFORMED`, `STORE_UNREADABLE`.
 */
export async function readCosigners({ cosigners: path }: HomePaths): Promise<CosignerVkeys | undefined> {
  const bytes = await readSmallFile(path, MAX_FILE_BYTES)
  if (bytes === undefined) return undefined
  const found = new Map<string, string>()
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    const [role = '', vkey = ''] = line.trim().split(/\s+/)
    if (role !== '' && !role.startsWith('#')) found.set(role, vkey)
  }
  const [witness, mirror, holder] = COSIGNER_ROLES.map((role) => found.get(role))
  if (witness === undefined || mirror === undefined || holder === undefined) throw malformed(path)
  return { witness, mirror, holder }
}

/**
 * Opens one of the keys for signing; may ask for the passphrase.
 *
 * @throws {StoreError} `KEY_MISSING` when the home has no cosigner keys, `KEY_MALFORMED` when the key is not the one that
 * `cosigners.txt` names, `WRONG_PASSPHRASE`; whatever `getPassphrase` throws.
 */
export async function openCosigner(
  paths: HomePaths,
  role: CosignerRole,
  getPassphrase: () => Promise<string>,
): Promise<{ readonly signer: Signer; readonly problems: readonly Problem[] }> {
  const vkeys = await readCosigners(paths)
  if (vkeys === undefined) {
    throw new StoreError('KEY_MISSING', 'this home has no keys to cosign with', {
      hint: 'make them once with `holdfast key make`',
    })
  }
  const { key: opened, problems } = await openKey(keyPath(paths, role), getPassphrase)
  const key = parseVkey(vkeys[role], nodePrimitives.sha256)
  if (key.type !== ED25519_COSIGNATURE || Buffer.compare(key.publicKey, opened.publicKey) !== 0)
    throw malformed(keyPath(paths, role))
  return { signer: { key, sign: (message) => opened.sign(message) }, problems }
}

function keyPath(paths: HomePaths, role: CosignerRole): string {
  return { witness: paths.witnessKey, mirror: paths.mirrorKey, holder: paths.holderKey }[role]
}

async function keyAt(path: string, passphrase: string | undefined): Promise<SigningKey> {
  if (!existsSync(path)) return createKey(path, { passphrase })
  return (await openKey(path, async () => passphrase ?? '')).key
}

function malformed(path: string): StoreError {
  return new StoreError('KEY_MALFORMED', `${path} does not belong to the cosigner keys of this home`, {
    hint: 'bring cosigners.txt and the keys back from one backup; what they signed can be continued with them alone',
  })
}
