import type { CID } from 'multiformats/cid'
import { parseCid } from '../model/content-id.ts'
import { HoldfastError } from '../model/errors.ts'
import type { EngineLine, Said } from './engine-http.ts'
import { ReplicateError } from './errors.ts'

/** Letters of an engine's own words that are repeated. */
const MAX_WORDS = 200

/**
 * The error that a status stands for; nothing for one that says yes, and for one that the engine explains in its own way.
 *
 * @param words - what the engine says of it, if that could be read.
 */
export function failureOf(
  line: EngineLine,
  { status, retryAfterMs }: Said,
  words: string | undefined,
): ReplicateError | undefined {
  if (status >= 200 && status < 300) return undefined
  if (status === 401 || status === 403) {
    return new ReplicateError('ENGINE_AUTH_REFUSED', `${line.name} does not let us in (${status})`, {
      hint: 'see that its token is the right one and allows these calls: docs/guides/engines.md',
    })
  }
  if (status === 429 || status === 503) {
    const after = retryAfterMs === undefined ? '' : `, and asks to wait ${Math.ceil(retryAfterMs / 1_000)} s`
    return new ReplicateError('ENGINE_BUSY', `${line.name} has too much to do (${status})${after}`, {
      hint: 'run the same command again, later',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    })
  }
  if (status === 507 || (words !== undefined && isFull(words))) return full(line.name)
  if (words === undefined) return unknownAnswer(line, `status ${status} and no words that could be read`)
  return new ReplicateError('ENGINE_REFUSED', `${line.name} refused (${status}): ${quoted(line, words)}`)
}

/** What an operating system says of a full disk, which Kubo repeats and gives no code for. Source: Go, syscall. */
export function isFull(words: string): boolean {
  return /no space left on device|disk quota exceeded|not enough (?:free )?space/i.test(words)
}

export function full(name: string): ReplicateError {
  return new ReplicateError('ENGINE_FULL', `there is no room at ${name}`, {
    hint: 'make room there, then run the same command again',
  })
}

export function unknownAnswer({ name }: Pick<EngineLine, 'name'>, what: string): ReplicateError {
  return new ReplicateError('ENGINE_ANSWER_UNKNOWN', `${name} answers what it never should: ${what}`, {
    hint: 'see that the address is that of the engine itself, and of a version that docs/guides/engines.md names',
  })
}

/** An engine's own words in a message: short, one line, and without the secret, which a bad proxy might repeat. */
export function quoted({ authorization }: Pick<EngineLine, 'authorization'>, words: string): string {
  let harmless = words
  for (const secret of secretsIn(authorization)) harmless = harmless.replaceAll(secret, '…')
  return harmless.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').slice(0, MAX_WORDS)
}

/** The header, what follows its scheme, and of Basic what that stands for. */
function secretsIn(authorization: string | undefined): readonly string[] {
  if (authorization === undefined) return []
  const credentials = authorization.replace(/^\S+ /, '')
  const secrets = [authorization, credentials]
  if (authorization.startsWith('Basic ')) {
    const plain = Buffer.from(credentials, 'base64').toString()
    secrets.push(plain, plain.slice(plain.indexOf(':') + 1))
  }
  return secrets.filter((secret) => secret !== '')
}

/** Lines of JSON objects, as Kubo and Cluster stream them; nothing when it is anything else. */
export function readLines(bytes: Uint8Array): readonly Readonly<Record<string, unknown>>[] | undefined {
  const lines = new TextDecoder().decode(bytes).split('\n')
  const values: Record<string, unknown>[] = []
  try {
    for (const line of lines) {
      if (line.trim() === '') continue
      const value: unknown = JSON.parse(line)
      if (!isObject(value)) return undefined
      values.push(value)
    }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  return values
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether an answer names this CID, in any of its spellings. */
export function namesRoot(text: unknown, root: CID): boolean {
  if (typeof text !== 'string') return false
  try {
    return parseCid(text).equals(root)
  } catch (error) {
    if (error instanceof HoldfastError) return false
    throw error
  }
}
