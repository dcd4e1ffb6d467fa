import { MissingParameters } from './lbry-values.ts'
import { jsonReply, type Reply, rpcError, rpcMessage } from './odysee-reply.ts'
import type { FakeOdyseeState, OdyseeUser } from './odysee-state.ts'

type Json = Record<string, unknown>

/** Whose wallet it is has to be known (facts 4.1); the others answer anybody. */
const OF_THE_WALLET =
  /^(?:stream_(?!repost)|channel_|collection_|support_|txo_|claim_list|address_|account_(?:balance|list|send)|wallet_|transaction_list|sync_|preference_)/
const OF_ANYBODY: readonly string[] = ['resolve', 'claim_search', 'get', 'version', 'status', 'transaction_show']
const FORBIDDEN_PARAMS: readonly string[] = ['account_id', 'new_sdk_server']

/** The JSON-RPC proxy (facts 4.1): the daemon's methods, some of them, for the wallet of whoever has the token. */
export async function serveProxy(state: FakeOdyseeState, user: OdyseeUser | undefined, body: string): Promise<Reply> {
  const message = readMessage(body)
  if (message === undefined) return jsonReply(200, rpcError(-32700, 'unable to parse JSON'))
  const { method, params } = message
  const isWallet = OF_THE_WALLET.test(method)
  if (!isWallet && !OF_ANYBODY.includes(method)) return jsonReply(200, rpcError(-32601, 'forbidden method'))
  if (isWallet && user?.hasVerifiedEmail !== true) return jsonReply(200, rpcError(-32084, 'authentication required'))
  const forbidden = FORBIDDEN_PARAMS.find((name) => name in params)
  if (forbidden !== undefined) return jsonReply(200, rpcError(-32602, `forbidden parameter supplied: ${forbidden}`))
  try {
    return jsonReply(200, await rpcMessage(() => state.methods.answer(method, params)))
  } catch (error) {
    if (error instanceof MissingParameters) return jsonReply(200, rpcError(-32602, error.message))
    throw error
  }
}

function readMessage(body: string): { readonly method: string; readonly params: Json } | undefined {
  try {
    const { method, params = {} } = JSON.parse(body) as { method?: unknown; params?: Json }
    return typeof method === 'string' ? { method, params } : undefined
  } catch {
    return undefined
  }
}
