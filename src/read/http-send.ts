import { type Dispatcher, request } from 'undici'
import { direct, outbound } from './dispatcher.ts'
import { ReadError } from './errors.ts'
import { networkSettings } from './network.ts'
import { requireWayTo } from './onion.ts'

export interface Sending {
  readonly method: 'PUT' | 'POST'
  readonly body: Uint8Array
  readonly contentType: string
  /** Milliseconds for all of it. */
  readonly withinMs: number
  readonly signal: AbortSignal
  /** To this computer itself, which a proxy could not reach. @default false */
  readonly onThisComputer?: boolean
}

/** Of an answer that is only to be shown. */
const MAX_WORDS = 2_048

/**
 * Sends some bytes to an address that the operator typed, and reads the first words of the answer. Redirects are not followed.
 *
 * @throws {ReadError} `SOURCE_UNREACHABLE`, `ONION_NEEDS_PROXY`.
 */
export async function httpSend(
  url: string,
  { method, body, contentType, withinMs, signal, onThisComputer = false }: Sending,
): Promise<{ readonly status: number; readonly words: string }> {
  requireWayTo(url)
  const { idleMs } = networkSettings()
  const own: Dispatcher | undefined = onThisComputer ? direct() : undefined
  try {
    const response = await request(url, {
      ...{ dispatcher: own ?? outbound(), method, body, headers: { 'content-type': contentType } },
      signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
      ...{ headersTimeout: withinMs, bodyTimeout: idleMs },
    })
    return { status: response.statusCode, words: await firstWords(response.body) }
  } catch (error) {
    signal.throwIfAborted()
    throw new ReadError('SOURCE_UNREACHABLE', `${new URL(url).host} did not answer`, {
      hint: 'check the address and the line, then run the same command again',
      cause: error,
    })
  } finally {
    await own?.destroy()
  }
}

async function firstWords(body: Dispatcher.ResponseData['body']): Promise<string> {
  let words = ''
  for await (const chunk of body) {
    words += Buffer.from(chunk).toString('latin1')
    if (words.length < MAX_WORDS) continue
    body.destroy()
    break
  }
  return words.slice(0, MAX_WORDS)
}
