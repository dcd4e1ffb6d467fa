import type { Handler } from 'hono'
import { MAX_ADD_CHECKPOINT_BYTES } from '../manifest/add-checkpoint.ts'
import type { CosignRefusal } from '../manifest/cosign-rule.ts'
import { boundedBody } from './bounded-body.ts'
import type { ViewEnv } from './connection.ts'
import { ViewError } from './errors.ts'
import type { Witness } from './ports.ts'

export const ADD_CHECKPOINT_PATH = '/witness/add-checkpoint'

/** @see C2SP tlog-witness, "add-checkpoint" */
const STATUS: Readonly<Record<CosignRefusal, number>> = {
  malformed: 400,
  'old-too-large': 400,
  unsigned: 403,
  'unknown-origin': 404,
  'old-differs': 409,
  inconsistent: 422,
}
const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }

/** `POST /witness/add-checkpoint` */
export function addCheckpointRoute(witness: Witness): Handler<ViewEnv> {
  return async (c) => {
    const answer = await witness.addCheckpoint(await boundedBody(c, MAX_ADD_CHECKPOINT_BYTES))
    if ('lines' in answer) return new Response(answer.lines.map((line) => `${line}\n`).join(''), { headers: TEXT })
    const { refusal, message, knownSize } = answer
    if (knownSize !== undefined) {
      const headers = { ...TEXT, 'content-type': 'text/x.tlog.size' }
      return new Response(`${knownSize}\n`, { status: STATUS[refusal], headers })
    }
    return new Response(`COSIGN_REFUSED: ${message}\n`, { status: STATUS[refusal], headers: TEXT })
  }
}

/** `GET /witness/<hex SHA-256 of an origin>/checkpoint`: the newest head that was cosigned here. */
export function witnessedRoute(witness: Witness): Handler<ViewEnv> {
  return (c) => {
    const log = c.req.param('log') ?? ''
    const note = /^[0-9a-f]{64}$/u.test(log) ? witness.newest(log) : undefined
    if (note === undefined) throw new ViewError('NOT_SERVED', 'no head of such a log was cosigned here')
    return new Response(new Uint8Array(note), { headers: { ...TEXT, 'cache-control': 'no-cache' } })
  }
}
