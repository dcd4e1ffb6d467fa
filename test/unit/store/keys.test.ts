import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { armor, Decrypter, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption'
import { StoreError } from '../../../src/store/errors.ts'
import { createKey, openKey } from '../../../src/store/keys.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const fails = (code: string) => (error: unknown) =>
  error instanceof StoreError && error.code === code && error.hint !== undefined
const answer = (passphrase: string) => async () => passphrase
const never = async () => assert.fail('asked for a passphrase')

/** RFC 8032 7.1, test 1, as PKCS#8 (RFC 8410) PEM. */
const RFC_8032_KEY = `-----BEGIN PRIVATE KEY-----
${Buffer.from('302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex').toString('base64')}
-----END PRIVATE KEY-----
`

/** An age file that is cheap to open, since its work factor is in it. */
async function cheaplySealed(secret: string, passphrase: string): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase)
  encrypter.setScryptWorkFactor(4)
  return encrypter.encrypt(secret)
}

describe('createKey', () => {
  it('writes an age passphrase file for this user alone, which opens here and with age', async (t) => {
    const path = join(await temporaryDirectory(t), 'keys', 'log.key')
    const made = await createKey(path, { passphrase: 'correct horse' })
    const text = await readFile(path, 'latin1')
    assert.match(text, /^-----BEGIN AGE ENCRYPTED FILE-----\n/)
    assert.match(
      Buffer.from(armor.decode(text)).toString('latin1'),
      /^age-encryption.org\/v1\n-> scrypt [\w+/]{22} 18\n/,
    )
    if (process.platform !== 'win32') {
      assert.equal((await stat(path)).mode & 0o777, 0o600)
      assert.equal((await stat(join(path, '..'))).mode & 0o777, 0o700)
    }
    const decrypter = new Decrypter()
    decrypter.addPassphrase('correct horse')
    assert.match(await decrypter.decrypt(armor.decode(text), 'text'), /^-----BEGIN PRIVATE KEY-----\n/)
    const { key, problems } = await openKey(path, answer('correct horse'))
    assert.deepEqual([key.publicKey, problems], [made.publicKey, []])
  })

  it('writes plain PKCS#8 where no passphrase was wanted, and never asks for one', async (t) => {
    const path = join(await temporaryDirectory(t), 'log.key')
    const made = await createKey(path, { passphrase: undefined })
    const { key } = await openKey(path, never)
    const message = Buffer.from('message')
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(made.publicKey).toString('base64url') }
    assert.ok(verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), key.sign(message)))
    assert.deepEqual(key.sign(message), made.sign(message))
    assert.equal(made.publicKey.length, 32)
  })

  it('never overwrites what is there', async (t) => {
    const directory = await temporaryDirectory(t)
    const path = join(directory, 'log.key')
    await createKey(path, { passphrase: undefined })
    const before = await readFile(path)
    await assert.rejects(createKey(path, { passphrase: undefined }), fails('KEY_EXISTS'))
    assert.deepEqual(await readFile(path), before)
    await mkdir(join(directory, 'taken'))
    await assert.rejects(createKey(join(directory, 'taken'), { passphrase: undefined }), fails('KEY_EXISTS'))
    assert.deepEqual((await readdir(directory)).sort(), ['log.key', 'taken'])
  })
})

describe('openKey', () => {
  it('signs as RFC 8032 says', async (t) => {
    const path = join(await temporaryDirectory(t), 'log.key')
    await writeFile(path, RFC_8032_KEY, { mode: 0o600 })
    const { key } = await openKey(path, never)
    assert.equal(
      Buffer.from(key.publicKey).toString('hex'),
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    )
    const expected =
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b'
    assert.equal(Buffer.from(key.sign(new Uint8Array())).toString('hex'), expected)
  })

  it('opens a binary age file too, and tells a wrong passphrase from a damaged file', async (t) => {
    const path = join(await temporaryDirectory(t), 'log.key')
    const sealed = await cheaplySealed(RFC_8032_KEY, 'right')
    await writeFile(path, sealed, { mode: 0o600 })
    assert.equal((await openKey(path, answer('right'))).key.publicKey[0], 0xd7)
    await assert.rejects(openKey(path, answer('wrong')), fails('WRONG_PASSPHRASE'))
    const damaged = Uint8Array.from(sealed, (byte, at) => (at === sealed.length - 1 ? byte ^ 1 : byte))
    await writeFile(path, damaged)
    await assert.rejects(openKey(path, answer('right')), fails('KEY_MALFORMED'))
    await writeFile(path, armor.encode(damaged))
    await assert.rejects(openKey(path, answer('right')), fails('KEY_MALFORMED'))
    await writeFile(path, sealed)
    await truncate(path, 60)
    await assert.rejects(openKey(path, answer('right')), fails('KEY_MALFORMED'))
  })

  it('refuses an age file for a recipient instead of a passphrase', async (t) => {
    const path = join(await temporaryDirectory(t), 'log.key')
    const encrypter = new Encrypter()
    encrypter.addRecipient(await identityToRecipient(await generateIdentity()))
    await writeFile(path, await encrypter.encrypt(RFC_8032_KEY))
    await assert.rejects(openKey(path, answer('any')), fails('KEY_MALFORMED'))
  })

  it('refuses what is not an Ed25519 key in PKCS#8', async (t) => {
    const path = join(await temporaryDirectory(t), 'log.key')
    const pem = { format: 'pem', type: 'pkcs8' } as const
    const { privateKey: x25519 } = generateKeyPairSync('x25519')
    const { privateKey: ed448 } = generateKeyPairSync('ed448')
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const notKeys = [
      '',
      'garbage',
      '-----BEGIN AGE ENCRYPTED FILE-----\n',
      RFC_8032_KEY.slice(0, 80),
      x25519.export(pem),
      ed448.export(pem),
      publicKey.export({ format: 'pem', type: 'spki' }),
      privateKey.export({ ...pem, cipher: 'aes-256-cbc', passphrase: 'weak' }),
      `${RFC_8032_KEY}${'\n'.repeat(20_000)}`,
    ]
    for (const content of notKeys) {
      await writeFile(path, content, { mode: 0o600 })
      await assert.rejects(openKey(path, answer('any')), fails('KEY_MALFORMED'), `accepted: ${content.slice(0, 40)}`)
    }
  })

  it('says when the key is not there or cannot be read', async (t) => {
    const directory = await temporaryDirectory(t)
    await assert.rejects(openKey(join(directory, 'log.key'), never), fails('KEY_MISSING'))
    await assert.rejects(openKey(directory, never), fails('STORE_UNREADABLE'))
  })

  it('warns when others can read the file', { skip: process.platform === 'win32' }, async (t) => {
    const path = join(await temporaryDirectory(t), 'log.key')
    await createKey(path, { passphrase: undefined })
    for (const mode of [0o640, 0o604]) {
      await chmod(path, mode)
      assert.deepEqual(
        (await openKey(path, never)).problems.map((problem) => [problem.code, problem.path]),
        [['KEY_PERMISSIONS', path]],
      )
    }
  })
})
