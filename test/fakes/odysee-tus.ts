import type { IncomingMessage } from 'node:http'
import { emptyReply, jsonReply, type Reply } from './odysee-reply.ts'
import type { FakeOdyseeState, FakeUpload } from './odysee-state.ts'

const TUS = { 'tus-resumable': '1.0.0' }

/** A minimal tus 1.0.0 store behind leaves to upload (facts 4.2). @param origin - of the server, for `location` */
export async function serveTus(state: FakeOdyseeState, request: IncomingMessage, origin: string): Promise<Reply> {
  const leave = state.leaves.get(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '')
  if (leave === undefined || leave.isExpired) return jsonReply(401, { status: 'auth_error', error: 'token is expired' })
  if (request.headers['tus-resumable'] !== '1.0.0') return emptyReply(412, { 'tus-version': '1.0.0' })
  const id = /^\/v1\/uploads\/([^/?]*)$/.exec(request.url ?? '')?.[1] ?? ''
  if (request.method === 'POST' && id === '') return create(state, request, leave.user, origin)
  const upload = state.uploads.get(id)
  if (upload === undefined || upload.user !== leave.user) return emptyReply(404, TUS)
  if (request.method === 'HEAD') return emptyReply(200, { ...TUS, ...placeOf(upload), 'cache-control': 'no-store' })
  if (request.method === 'PATCH') return await append(state, request, upload)
  return emptyReply(405, TUS)
}

function create(state: FakeOdyseeState, request: IncomingMessage, user: number, origin: string): Reply {
  const bytes = Number(request.headers['upload-length'])
  if (!Number.isSafeInteger(bytes) || bytes < 0) return emptyReply(400, TUS)
  const upload = state.newUpload(user, bytes, metadataOf(String(request.headers['upload-metadata'] ?? '')))
  return emptyReply(201, { ...TUS, location: `${origin}/v1/uploads/${upload.id}` })
}

async function append(state: FakeOdyseeState, request: IncomingMessage, upload: FakeUpload): Promise<Reply> {
  if (request.headers['content-type'] !== 'application/offset+octet-stream') return emptyReply(415, TUS)
  if (upload.isBusy) return emptyReply(423, TUS)
  if (Number(request.headers['upload-offset']) !== upload.offset) return emptyReply(409, TUS)
  upload.isBusy = true
  try {
    // What has come when the line breaks stays: that is what makes uploads resumable.
    for await (const chunk of request) {
      if (!(chunk instanceof Uint8Array)) continue
      if (upload.offset + chunk.length > upload.bytes) return emptyReply(413, TUS)
      state.takeBytes(upload, chunk)
    }
  } finally {
    upload.isBusy = false
  }
  return emptyReply(204, { ...TUS, ...placeOf(upload) })
}

function placeOf({ offset, bytes }: FakeUpload): Record<string, string> {
  return { 'upload-offset': String(offset), 'upload-length': String(bytes) }
}

function metadataOf(header: string): Record<string, string> {
  const pairs = header.split(',').map((pair) => pair.trim().split(' '))
  return Object.fromEntries(pairs.map(([key = '', value = '']) => [key, Buffer.from(value, 'base64').toString()]))
}
