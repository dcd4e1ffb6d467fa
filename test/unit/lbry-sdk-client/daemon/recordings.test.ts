import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LbryDaemonError, type LbryDaemonErrorCode } from '../../../../src/lbry-sdk-client/daemon/errors.ts'
import { PAGED, SINGLE } from '../../../../src/lbry-sdk-client/daemon/methods.ts'
import { parseParams } from '../../../../src/lbry-sdk-client/daemon/parse-params.ts'
import { parseReply } from '../../../../src/lbry-sdk-client/daemon/reply.ts'
import { type Recording, readRecordings } from '../../../fakes/lbry-recordings.ts'

const recordings = await readRecordings()
const specs = { ...PAGED, ...SINGLE }
type Name = keyof typeof specs

function specOf({ request }: Recording): (typeof specs)[Name] {
  assert.ok(Object.hasOwn(specs, request.method), `${request.method} is no method of the client`)
  return specs[request.method as Name]
}

/** What the client makes of a reply: `ok` or the code. */
function outcomeOf(recording: Recording): { readonly outcome: string; readonly error?: LbryDaemonError } {
  const spec = specOf(recording)
  const body = new TextEncoder().encode(JSON.stringify(recording.response))
  const reply = { status: recording.http, contentType: 'application/json; charset=utf-8', body }
  const call = { method: recording.request.method, spends: spec.kind === 'spends', sent: [] }
  try {
    parseReply<unknown>(reply, spec.result, call)
    return { outcome: 'ok' }
  } catch (error) {
    assert.ok(error instanceof LbryDaemonError)
    return { outcome: error.code, error }
  }
}

/** What each error that was recorded has to become, by its class and the beginning of its words. */
const EXPECTED: readonly (readonly [name: string | undefined, text: RegExp, code: LbryDaemonErrorCode])[] = [
  ['InsufficientFundsError', /^Not enough funds/, 'LBRY_FUNDS_UNAVAILABLE'],
  ['Exception', /^You already have a (stream claim|channel)/, 'LBRY_NAME_TAKEN'],
  ['Exception', /^(Invalid (stream|channel) name|Stream names cannot|Channel names must)/, 'LBRY_NAME_REFUSED'],
  ['ValueError', /^Couldn't find channel/, 'LBRY_CHANNEL_UNKNOWN'],
  ['ValueError', /^Couldn't find account/, 'LBRY_WALLET_UNKNOWN'],
  ['WalletNotLoadedError', /^Wallet nope/, 'LBRY_WALLET_UNKNOWN'],
  ['MissingPublishedFileError', /^File does not exist/, 'LBRY_FILE_MISSING'],
  ['EmptyPublishedFileError', /^Cannot publish empty/, 'LBRY_FILE_EMPTY'],
  ['AssertionError', /^Cannot spend funds/, 'LBRY_WALLET_LOCKED'],
  ['NameError', /is not a known Component$/, 'LBRY_COMPONENT_OFF'],
  ['FileNotFoundError', /ffmpeg/, 'LBRY_FFMPEG_MISSING'],
  ['IndexError', /^Cannot choose/, 'LBRY_REFLECTOR_MISSING'],
  ['InputValueError', /^Can't find the stream/, 'LBRY_CLAIM_UNKNOWN'],
  ['AttributeError', /get_address/, 'LBRY_CLAIM_UNKNOWN'],
  ['Exception', /^No claim found/, 'LBRY_CLAIM_UNKNOWN'],
  ['RPCError', /too-long-mempool-chain/, 'LBRY_MEMPOOL_CHAIN_LONG'],
  ['RPCError', /txn-mempool-conflict/, 'LBRY_MEMPOOL_CONFLICT'],
  ['RPCError', /insufficient priority/, 'LBRY_BROADCAST_REFUSED'],
  ['RPCError', /Value out of range/, 'LBRY_HUB_FAILED'],
  [undefined, /^After successfully executing/, 'LBRY_RESULT_LOST'],
  ['ValueError', /^(Invalid value for 'bid'|Enum Language|Using --everything)/, 'LBRY_PARAMS_REFUSED'],
  ['TypeError', /^Cannot set pb|keyword argument/, 'LBRY_PARAMS_REFUSED'],
  ['InputValueIsNoneError', /^None or null/, 'LBRY_PARAMS_REFUSED'],
  ['AttributeError', /bogus_param/, 'LBRY_PARAMS_REFUSED'],
  ['Exception', /fee|currency|valid address|'bid' is a required|^Must specify/, 'LBRY_PARAMS_REFUSED'],
  ['Error', /^Non-hexadecimal/, 'LBRY_PARAMS_REFUSED'],
  ['UnicodeDecodeError', /codec/, 'LBRY_PARAMS_REFUSED'],
]

describe('replies of the real daemon', () => {
  it('are 271, of which each is read: a result as a result, an error as the code for it', () => {
    const results = recordings.map((recording) => {
      const { error } = recording.response
      const row = error && EXPECTED.find(([name, text]) => error.data.name === name && text.test(error.message))
      assert.ok(error === undefined || row !== undefined, `no expectation for ${error?.message}`)
      // The stand-in hub knew no 404: it failed, and the daemon reported that as a success.
      const hubFailed = JSON.stringify(recording.response.result ?? '').startsWith('{"code":-32603,')
      const expected = row?.[2] ?? (hubFailed ? 'LBRY_HUB_FAILED' : 'ok')
      const { outcome } = outcomeOf(recording)
      assert.equal(
        outcome,
        expected,
        `${recording.request.method}: ${JSON.stringify(recording.response).slice(0, 300)}`,
      )
      return outcome
    })
    assert.equal(results.length, 271)
    assert.equal(results.filter((outcome) => outcome === 'ok').length, 187)
    assert.equal(new Set(results).size - 1, new Set(EXPECTED.map(([, , code]) => code)).size)
  })

  it('never show a path of the machine of the daemon in an error', () => {
    for (const recording of recordings) {
      const { error } = outcomeOf(recording)
      assert.doesNotMatch(`${error?.message} ${error?.said}`, /\/(media|nope|tmp|usr)/)
      assert.ok((error?.said?.length ?? 0) <= 300)
    }
  })

  it('leave nothing unsure: each error that was recorded happened before a broadcast, or instead of it', () => {
    const unsure = recordings.map(outcomeOf).filter(({ error }) => error !== undefined && error.effect !== 'none')
    assert.deepEqual(unsure, [])
  })
})

/** What the client refuses although the daemon took it, with the reason. Everything else must pass. */
const STRICTER: readonly (readonly [fits: (params: Recording['request']['params']) => boolean, why: string])[] = [
  [({ name }) => typeof name === 'string' && Buffer.byteLength(name) > 255, 'consensus takes no longer name'],
  [({ name }) => name === 'na*me', 'nodes refuse * in names'],
  [({ languages, tags }) => typeof languages === 'string' || typeof tags === 'string', 'lists are lists'],
  [({ width, duration }) => width === -1 || duration === 12.5, 'stored as something else'],
  [({ preview }) => preview === 'yes', 'any truthy value is taken for true'],
  [({ fee_currency }) => fee_currency === 'usd', 'one spelling'],
  [({ is_spent }) => is_spent === false, 'does not mean what it says'],
  [({ file_path, sd_hash }) => file_path === undefined && sd_hash === undefined, 'a claim without content'],
  [
    ({ description, license, tags }) =>
      String(description).length + String(license).length + String(tags).length > 8_192,
    'nodes refuse larger claims',
  ],
  [({ page_size }) => page_size === 51, 'cut to 50 in silence'],
]
const REFUSED_AS_INPUT: ReadonlySet<LbryDaemonErrorCode> = new Set(['LBRY_PARAMS_REFUSED', 'LBRY_NAME_REFUSED'])

describe('requests to the real daemon', () => {
  const judged = recordings.map((recording) => {
    const { method, params } = recording.request
    try {
      parseParams<unknown>(method, specOf(recording).params, params)
      return { recording, refused: undefined }
    } catch (error) {
      assert.ok(error instanceof LbryDaemonError && error.code === 'LBRY_INPUT_INVALID')
      return { recording, refused: error }
    }
  })

  it('pass when the daemon took them, but for those that it should not have taken', () => {
    const creating = new Set(['stream_create', 'claim_search', 'txo_list'])
    for (const { recording, refused } of judged) {
      if (refused === undefined || recording.response.error !== undefined) continue
      const why = STRICTER.find(([fits]) => fits(recording.request.params))
      assert.ok(
        why !== undefined && creating.has(recording.request.method),
        `${refused.message}: ${JSON.stringify(recording.request).slice(0, 300)}`,
      )
    }
  })

  it('are refused before they are sent when the daemon refused what they say', () => {
    // Known to the chain, the hub or the address format alone: only the daemon can tell.
    const beyond = /is not a valid address|codec can't decode|'bid' is a required argument/
    for (const { recording, refused } of judged) {
      const { outcome } = outcomeOf(recording)
      const message = recording.response.error?.message ?? ''
      if (!REFUSED_AS_INPUT.has(outcome as LbryDaemonErrorCode) || beyond.test(message)) continue
      assert.ok(refused !== undefined, `${message}: ${JSON.stringify(recording.request).slice(0, 300)}`)
    }
  })

  it('name the input that is wrong and never repeat it', () => {
    const refused = judged.filter((one) => one.refused !== undefined)
    assert.ok(refused.length > 40)
    for (const { recording, refused: error } of refused) {
      for (const value of Object.values(recording.request.params))
        if (typeof value === 'string' && value.length > 4) assert.ok(!error?.message.includes(value), error?.message)
    }
  })
})
