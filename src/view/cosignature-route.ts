import type { Handler } from 'hono'
import { MAX_NOTE_BYTES } from '../manifest/note.ts'
import { boundedBody } from './bounded-body.ts'
import type { ViewEnv } from './connection.ts'
import type { BroughtCosignature, TakeCosignature } from './ports.ts'

export const COSIGNATURE_PATH = '/manifest/cosignature'

const ANSWER: Readonly<Record<BroughtCosignature, readonly [status: number, text: string]>> = {
  taken: [200, 'taken'],
  known: [200, 'known'],
  malformed: [400, 'COSIGNATURE_REFUSED: this is no checkpoint with signatures'],
  'unknown-key': [403, 'COSIGNATURE_REFUSED: no cosignature of a key that is wanted here verifies'],
  'other-head': [409, 'COSIGNATURE_REFUSED: this is not the head that is shown here, nor the one that waits'],
}

/** `POST /manifest/cosignature`: for cosigners that cannot be reached, who take `pending/checkpoint` and bring it back signed. */
export function cosignatureRoute(take: TakeCosignature): Handler<ViewEnv> {
  return async (c) => {
    const [status, text] = ANSWER[await take(await boundedBody(c, MAX_NOTE_BYTES))]
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
    return new Response(`${text}\n`, { status, headers })
  }
}
