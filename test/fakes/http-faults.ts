import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** What can go wrong at any server. */
export type HttpFault = 'refused' | 'silent' | 'dropped' | 'auth' | 'busy' | 'html' | 'endless' | 'redirect'

/** Answers as the fault says; what it was sent stands in its words, as bad proxies do it. @returns true when that was the answer. */
export async function disturbed(
  fault: HttpFault,
  { url, isUpload }: { readonly url: string; readonly isUpload: boolean },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { authorization = '' } = request.headers
  switch (fault) {
    case 'silent':
      return true
    case 'dropped':
      if (!isUpload) return false
      await once(request, 'data')
      request.socket.destroy()
      return true
    case 'endless':
      endless(response)
      return true
    case 'busy':
      response.setHeader('Retry-After', '0')
      response.statusCode = 429
      response.end('slow down')
      return true
    case 'redirect':
      response.setHeader('Location', url)
      response.statusCode = 307
      response.end()
      return true
    case 'html':
      response.setHeader('Content-Type', 'text/html')
      response.statusCode = 502
      response.end(`<html><body>Bad gateway; you sent ${authorization}</body></html>`)
      return true
    case 'auth':
      response.statusCode = 401
      response.end(words(401, `unauthorized: ${authorization}`))
      return true
    case 'refused':
      response.statusCode = 500
      response.end(words(500, `you sent ${authorization}\n and I do not want it`))
      return true
  }
}

/** As IPFS Cluster and the Pinning Service API each write an error. */
function words(code: number, text: string): string {
  return JSON.stringify({ code, message: text, error: { reason: 'INTERNAL_SERVER_ERROR', details: text } })
}

function endless(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536, '{}\n')));
  }
  response.on('drain', more)
  response.writeHead(200)
  more()
}
