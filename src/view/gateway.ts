import type { Context, Handler } from 'hono'
import { answerCar } from './answer-car.ts'
import { answerFile } from './answer-file.ts'
import { answerRaw } from './answer-raw.ts'
import { connectionOf, readerSignal, type ViewEnv } from './connection.ts'
import { parseContentPath } from './content-path.ts'
import { ViewError } from './errors.ts'
import type { GatewayRequest } from './gateway-request.ts'
import type { ServerLimits } from './limits.ts'
import type { ServedContent } from './ports.ts'
import { type ResponseFormat, responseFormat } from './response-format.ts'
import { sentMemory } from './sent-blocks.ts'
import { isIdentity, requireOwnBytes, requireServed, servedBlocks } from './served-blocks.ts'
import type { CountingTally } from './tally.ts'

/** Tells the operator what went wrong in an answer; see {@link openServer}. */
export type ReportFault = (error: unknown) => void

/**
 * `GET|HEAD /ipfs/<cid>[/path]`: a gateway over a closed set, which never fetches anything.
 *
 * @see https://specs.ipfs.tech/http-gateways/trustless-gateway/
 */
export function gateway(
  content: ServedContent,
  { dag, dupFree }: Pick<ServerLimits, 'dag' | 'dupFree'>,
  report: ReportFault,
  tally: CountingTally,
): Handler<ViewEnv> {
  const remember = sentMemory(dupFree)
  return async (c) => {
    const { pathname, searchParams: query } = new URL(c.req.url)
    const path = parseContentPath(pathname)
    const format = responseFormat(query, c.req.header('accept'))
    c.set('kind', format.type)
    if (isIdentity(path.root)) requireOwnBytes(path, format.type)
    else requireAtHand(c, () => requireServed(content, path.root))
    const signal = readerSignal(c)
    const fate = {
      begin: () => {
        c.set('streams', true)
        return (bytes: number) => tally.sent(format.type, bytes)
      },
      cut: () => {
        tally.wasCut()
        return connectionOf(c).outgoing?.destroy() !== undefined
      },
      report: (error: unknown) => {
        if (!signal.aborted) report(error)
      },
    }
    const header = (name: string): string | undefined => c.req.header(name)
    const request = { path, query, content, limits: dag, remember, fate, header, head: c.req.method === 'HEAD' }
    return await answer({ ...request, read: servedBlocks(content, signal) }, format)
  }
}

async function answer(request: GatewayRequest, format: ResponseFormat): Promise<Response> {
  switch (format.type) {
    case 'raw':
      return await answerRaw(request)
    case 'car':
      return await answerCar(request, format)
    case 'file':
      return await answerFile(request)
  }
}

/** Whoever asks for what is at hand only gets 412 instead of 404. Source: path-gateway, `only-if-cached`. */
function requireAtHand(c: Context<ViewEnv>, requireIt: () => void): void {
  try {
    requireIt()
  } catch (error) {
    const cachedOnly = /(?:^|[\s,])only-if-cached(?:$|[\s,])/i.test(c.req.header('cache-control') ?? '')
    if (!cachedOnly || !(error instanceof ViewError) || error.code !== 'NOT_SERVED') throw error
    throw new ViewError('NOT_AT_HAND', error.message, { cause: error })
  }
}
