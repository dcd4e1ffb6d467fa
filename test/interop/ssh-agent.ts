import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** An ssh-agent with one Ed25519 key, as much of it as signing needs. @see draft-ietf-sshm-ssh-agent */
export interface SshAgent extends AsyncDisposable {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** As `ssh-keygen -l` prints it. */
  readonly fingerprint: string
}

const REQUEST_IDENTITIES = 11
const IDENTITIES_ANSWER = 12
const SIGN_REQUEST = 13
const SIGN_RESPONSE = 14
const FAILURE = 5

/** @param path - of the socket; short, because names of sockets are at most 107 bytes. */
export async function openSshAgent(path: string): Promise<SshAgent> {
  const { privateKey, publicKey: key } = generateKeyPairSync('ed25519')
  const publicKey = createPublicKey(key.export({ format: 'pem', type: 'spki' })).export({ format: 'der', type: 'spki' })
  const raw = publicKey.subarray(-32)
  const blob = strings('ssh-ed25519', raw)
  const answerTo = (message: Buffer): Buffer => {
    if (message[0] === REQUEST_IDENTITIES)
      return Buffer.concat([Buffer.of(IDENTITIES_ANSWER, 0, 0, 0, 1), strings(blob, 'test')])
    if (message[0] !== SIGN_REQUEST) return Buffer.of(FAILURE)
    const keyLength = message.readUInt32BE(1)
    const at = 5 + keyLength
    const data = message.subarray(at + 4, at + 4 + message.readUInt32BE(at))
    return Buffer.concat([Buffer.of(SIGN_RESPONSE), strings(strings('ssh-ed25519', sign(null, data, privateKey)))])
  }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
    let got = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      got = Buffer.concat([got, chunk])
      while (got.length >= 4 && got.length >= 4 + got.readUInt32BE(0)) {
        const end = 4 + got.readUInt32BE(0)
        socket.write(strings(answerTo(got.subarray(4, end))))
        got = got.subarray(end)
      }
    })
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    publicKey: new Uint8Array(raw),
    fingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/u, '')}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Each behind its length, as SSH writes strings. */
function strings(...parts: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return [length, bytes]
    }),
  )
}
