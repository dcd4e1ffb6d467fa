import { randomBytes } from 'node:crypto'
import { emptyReply, jsonReply, type Reply, rpcError, rpcMessage } from './odysee-reply.ts'
import type { FakeOdyseeState, FakeQuery, OdyseeUser } from './odysee-state.ts'

type Json = Record<string, unknown>

const METHODS: readonly unknown[] = ['stream_create', 'stream_update']
const FILE_PATH = /^https?:\/\/[^/]+\/.+\/([A-Za-z0-9+_.-]{32,})$/

/** Publishing v4: leave to upload, queries, and what became of them (facts 4.2). */
export async function serveQueries(
  state: FakeOdyseeState,
  user: OdyseeUser | undefined,
  { method, path, body, origin }: { method: string; path: string; body: string; origin: string },
): Promise<Reply> {
  const isLeave = method === 'POST' && (path === '/uploads/' || path === '/urls/')
  if (user === undefined || !user.hasVerifiedEmail) {
    const refusal = { status: 'auth_error', error: 'authentication required' }
    // The body is written before the status, which then is 200.
    return jsonReply(isLeave ? 200 : 401, refusal)
  }
  if (isLeave) {
    const location = `${origin}/v1${path}`
    const payload = { token: state.newLeave(user.id), location }
    return jsonReply(200, { status: 'upload_token_created', payload }, { location })
  }
  if (method === 'POST' && path === '/') return await create(state, user, body)
  const id = /^\/([A-Za-z0-9]+)$/.exec(path)?.[1]
  if (method === 'GET' && id !== undefined) return await look(state, user, id)
  return emptyReply(404)
}

async function create(state: FakeOdyseeState, user: OdyseeUser, body: string): Promise<Reply> {
  const message = JSON.parse(body) as { method?: unknown; params?: Json }
  const { method, params = {} } = message
  if (typeof method !== 'string' || !METHODS.includes(method))
    return jsonReply(200, rpcError(-32601, 'forbidden method'))
  const filePath = params['file_path']
  const upload = filePath === undefined ? undefined : FILE_PATH.exec(String(filePath))?.[1]
  if (filePath !== undefined && upload === undefined)
    return jsonReply(200, rpcError(-32080, `invalid file location: ${String(filePath)}`))
  if (method === 'stream_create' && upload === undefined)
    return jsonReply(200, rpcError(-32602, 'file_path is required'))
  const before = upload === undefined ? undefined : queryOf(state, user, upload)
  const query = before ?? state.newQuery(user.id, method, params, upload)
  if (before === undefined && state.asksWallet === 'at-once') await askTheWallet(state, query)
  const payload = { query_id: query.id }
  return jsonReply(201, { status: 'query_created', payload }, { location: `./${query.id}` })
}

/** The query of an upload for as long as it has not failed. */
function queryOf(state: FakeOdyseeState, user: OdyseeUser, upload: string): FakeQuery | undefined {
  if (!state.isIdempotent) return undefined
  return [...state.queries.values()].findLast(
    (one) => one.user === user.id && one.upload === upload && !('error' in (one.message ?? {})),
  )
}

async function look(state: FakeOdyseeState, user: OdyseeUser, id: string): Promise<Reply> {
  const query = state.queries.get(id)
  if (query === undefined || query.user !== user.id) return emptyReply(404)
  if (query.looksLeft > 0) {
    query.looksLeft -= 1
    return emptyReply(204)
  }
  await askTheWallet(state, query)
  // The stored bytes, which carry no type of their own.
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: JSON.stringify(query.message) }
}

/** What the service does between: the bytes become blobs elsewhere, and the wallet is told about them. */
async function askTheWallet(state: FakeOdyseeState, query: FakeQuery): Promise<void> {
  if (query.isAsked) return
  query.isAsked = true
  const { file_path: _, ...params } = query.params
  const upload = query.upload === undefined ? undefined : state.uploads.get(query.upload)
  if (query.upload !== undefined && (upload === undefined || upload.offset !== upload.bytes)) {
    query.message = rpcError(-32080, 'upload is not complete')
    return
  }
  const source =
    upload === undefined
      ? {}
      : {
          file_size: upload.bytes,
          file_name: upload.filename,
          file_hash: state.hashOf(upload),
          sd_hash: randomBytes(48).toString('hex'),
        }
  const patched = { ...params, ...source }
  const { name: _name, ...update } = patched as Json
  const inputs = query.method === 'stream_update' ? { ...update, replace: true } : patched
  query.message = await rpcMessage(() => state.methods.answer(query.method, inputs))
}
