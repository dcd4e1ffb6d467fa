import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { anOdysee } from '../../../fakes/odysee.ts'
import { anOdyseeState, TOKEN } from './an-odysee-world.ts'

type Json = Record<string, unknown>

async function call(url: string, method: string, params: Json, token: string | undefined = TOKEN): Promise<Json> {
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { 'x-lbry-auth-token': token }) }
  const answer = await fetch(`${url}/api/v1/proxy?m=${method}`, {
    ...{ method: 'POST', headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  assert.equal(answer.status, 200)
  return (await answer.json()) as Json
}

function errorOf(message: Json): { readonly code: number; readonly message: string } {
  return message['error'] as { code: number; message: string }
}

/** What facts 4 say of the real service; the fake must not be kinder. */
describe('the fake Odysee', () => {
  it('answers what its proxy allows, and refuses the rest with status 200', async () => {
    await using odysee = await anOdysee(await anOdyseeState())
    const { url } = odysee
    assert.ok('result' in (await call(url, 'stream_list', { name: 'x' })))
    assert.ok('result' in (await call(url, 'version', {}, '')))
    assert.deepEqual(errorOf(await call(url, 'file_list', {})), { code: -32601, message: 'forbidden method' })
    assert.deepEqual(errorOf(await call(url, 'blob_list', {})), { code: -32601, message: 'forbidden method' })
    assert.equal(errorOf(await call(url, 'stream_list', { account_id: 'x' })).code, -32602)
    assert.equal(errorOf(await call(url, 'stream_list', {}, 'wrong')).code, -32084)
    assert.equal(errorOf(await call(url, 'stream_abandon', { claim_id: 'x' })).code, -32500)
  })

  it('refuses leave to upload with the status of a success', async () => {
    await using odysee = await anOdysee(await anOdyseeState())
    const answer = await fetch(`${odysee.url}/api/v1/asynqueries/uploads/`, { method: 'POST' })
    assert.equal(answer.status, 200)
    assert.equal(((await answer.json()) as Json)['status'], 'auth_error')
  })

  it('gives one query for one upload until that has failed, also after a restart', async () => {
    const state = await anOdyseeState()
    state.asksWallet = 'at-the-end'
    const ids: string[] = []
    for (let start = 0; start < 2; start += 1) {
      await using odysee = await anOdysee(state)
      const [known] = state.uploads.values()
      const upload = known ?? state.newUpload(1, 0, { filename: 'x.mp4' })
      const params = { name: 'x', bid: '0.001', file_path: `${odysee.url}/v1/uploads/${upload.id}` }
      ids.push(await create(odysee.url, params), await create(odysee.url, params))
      if (start === 1) {
        const [query] = state.queries.values()
        if (query !== undefined) query.message = { error: { code: -32500, message: 'failed' } }
        assert.notEqual(await create(odysee.url, params), ids[0])
      }
    }
    assert.equal(new Set(ids).size, 1)
  })

  it('takes an upload only at its place, one request at a time, from whoever began it', async () => {
    const state = await anOdyseeState()
    await using odysee = await anOdysee(state)
    const patch = async (jwt: string, id: string, offset: number): Promise<number> => {
      const headers = {
        ...{ authorization: `Bearer ${jwt}`, 'tus-resumable': '1.0.0', 'upload-offset': String(offset) },
        'content-type': 'application/offset+octet-stream',
      }
      return (await fetch(`${odysee.url}/v1/uploads/${id}`, { method: 'PATCH', headers, body: 'abc' })).status
    }
    const upload = state.newUpload(1, 6, {})
    const [own, other, ended] = [state.newLeave(1), state.newLeave(2), state.newLeave(1)]
    assert.equal(await patch(own, upload.id, 0), 204)
    assert.equal(await patch(own, upload.id, 0), 409)
    assert.equal(await patch(other, upload.id, 3), 404)
    upload.isBusy = true
    assert.equal(await patch(own, upload.id, 3), 423)
    upload.isBusy = false
    state.leaves.set(ended, { user: 1, isExpired: true })
    assert.equal(await patch(ended, upload.id, 3), 401)
    assert.equal(await patch(own, upload.id, 3), 204)
    assert.equal(upload.offset, 6)
  })
})

async function create(url: string, params: Json): Promise<string> {
  const answer = await fetch(`${url}/api/v1/asynqueries/`, {
    ...{ method: 'POST', headers: { 'x-lbry-auth-token': TOKEN } },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'stream_create', params }),
  })
  assert.equal(answer.status, 201)
  const { payload } = (await answer.json()) as { payload: { query_id: string } }
  return payload.query_id
}
