import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formatLbc, isLbcAmount, parseLbc } from '../../../../src/lbry-sdk-client/daemon/amounts.ts'
import { isLbryLanguage, lbryLanguages } from '../../../../src/lbry-sdk-client/daemon/languages.ts'
import { PAGED, SINGLE } from '../../../../src/lbry-sdk-client/daemon/methods.ts'
import { isChannelName, isClaimName } from '../../../../src/lbry-sdk-client/daemon/names.ts'
import { parseParams } from '../../../../src/lbry-sdk-client/daemon/parse-params.ts'

const specs = { ...PAGED, ...SINGLE }
const ID = 'ab'.repeat(20)
const HASH = 'cd'.repeat(48)
const STREAM = { name: 'a', bid: '0.01', file_path: '/media/a.mp4' }

function accepts(method: keyof typeof specs, params: unknown): boolean {
  try {
    parseParams<unknown>(method, specs[method].params, params)
    return true
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'LBRY_INPUT_INVALID', String(error))
    return false
  }
}

function messageFor(method: keyof typeof specs, params: unknown): string {
  try {
    parseParams<unknown>(method, specs[method].params, params)
  } catch (error) {
    if (error instanceof Error) return error.message
  }
  return 'accepted'
}

describe('amounts of LBC', () => {
  it('are text with a dot and one to eight decimals', () => {
    for (const good of ['0.01', '1.0', '0.00000001', '9999999999.99999999']) assert.ok(isLbcAmount(good), good)
    for (const bad of [
      '1',
      '.5',
      '1.',
      '1e-2',
      '-1.0',
      '+1.0',
      ' 0.1',
      '0.1 ',
      '0.1\n',
      '0.000000001',
      '0,1',
      '١.٠',
      '12345678901.0',
      'NaN',
      '',
    ])
      assert.ok(!isLbcAmount(bad), bad)
  })

  it('are dewies and back, without loss', () => {
    assert.equal(parseLbc('9.989865'), 998_986_500n)
    assert.equal(parseLbc('-0.000107'), -10_700n)
    assert.equal(formatLbc(0n), '0.0')
    assert.throws(() => parseLbc('1'), RangeError)
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 18n) + 1n, 10n ** 18n - 1n), (dewies) => {
        const text = formatLbc(dewies)
        assert.equal(parseLbc(text), dewies)
        if (dewies >= 0n) assert.ok(isLbcAmount(text))
      }),
    )
  })
})

describe('names of claims', () => {
  it('are what daemon and nodes take, up to 255 bytes', () => {
    for (const good of ['a', 'a+b', 'trailing.', '日本', "it's-(1)!,", 'قازاق', '😀', 'x'.repeat(255), 'é'.repeat(127)])
      assert.ok(isClaimName(good), good)
    for (const bad of [
      '',
      ' ',
      'a b',
      'a:b',
      'a/b',
      'a#b',
      'a@b',
      '@a',
      'a*b',
      'a\u0000',
      'a\n',
      'a\u007f',
      'x'.repeat(256),
      'é'.repeat(128),
      '\ud800',
      '\ufffe',
      'a\\b',
      'a`',
      '[a]',
    ])
      assert.ok(!isClaimName(bad), JSON.stringify(bad))
  })

  it('of channels are the same after exactly one @', () => {
    assert.ok(isChannelName('@archive') && isChannelName(`@${'x'.repeat(254)}`))
    for (const bad of ['archive', '@', '@@a', '@a b', '', `@${'x'.repeat(255)}`]) assert.ok(!isChannelName(bad), bad)
  })

  it('never hold what a URL is cut at', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (name) => {
        if (!isClaimName(name)) return
        assert.ok(name.isWellFormed() && !/[=&#:$@%?;"/\\* ]|\p{Cc}/u.test(name))
      }),
    )
  })
})

describe('languages', () => {
  it('are the 184 of LBRY with script and region, as they are spelled', () => {
    assert.equal(new Set(lbryLanguages()).size, 184)
    for (const good of ['en', 'ug', 'ug-Arab', 'zh-Hant', 'pt-BR', 'kk-Cyrl-KZ', 'es-419'])
      assert.ok(isLbryLanguage(good), good)
    for (const bad of [
      '',
      'english',
      'iw',
      'in',
      'none',
      'xx',
      'EN',
      'en-us',
      'zh-hant',
      'uig',
      'en-',
      'en-US-x',
      'zh_Hant',
      'en\n',
    ])
      assert.ok(!isLbryLanguage(bad), bad)
  })
})

describe('inputs', () => {
  it('of a stream name its bytes once, and nothing twice', () => {
    const served = { sd_hash: HASH, file_name: 'a.mp4', file_size: 5, file_hash: HASH }
    const { file_path: _, ...without } = STREAM
    assert.ok(accepts('stream_create', STREAM))
    assert.ok(accepts('stream_create', { ...without, ...served }))
    assert.ok(accepts('stream_update', { claim_id: ID, title: 'only the title' }))
    for (const bad of [
      without,
      { ...STREAM, ...served },
      { ...without, sd_hash: HASH },
      { ...STREAM, file_path: 'a.mp4' },
      { ...STREAM, file_path: '/a\0b' },
      { ...STREAM, file_path: '' },
    ])
      assert.ok(!accepts('stream_create', bad), JSON.stringify(bad))
    assert.ok(accepts('stream_create', { ...STREAM, file_path: 'C:\\Films\\a.mp4' }))
    assert.ok(!accepts('stream_create', { ...STREAM, channel_id: ID, channel_name: '@a' }))
    assert.ok(!accepts('stream_create', { ...STREAM, fee_amount: '1.5' }))
    assert.ok(accepts('stream_create', { ...STREAM, fee_amount: '1.5', fee_currency: 'USD' }))
  })

  it('are never null, undefined, of another type or unknown, in any method', () => {
    const good: Readonly<Partial<Record<keyof typeof specs, object>>> = {
      stream_create: { ...STREAM, release_time: -5, width: 1, tags: ['a'], languages: ['ug'], preview: true },
      channel_create: { name: '@a', bid: '0.01', featured: [ID] },
      channel_update: { claim_id: ID, clear_tags: true },
      collection_create: { name: 'a', bid: '0.01', claims: [ID] },
      stream_abandon: { txid: 'ab'.repeat(32), nout: 0 },
      support_create: { claim_id: ID, amount: '0.1', tip: false },
      account_fund: { to_account: 'a', from_account: 'a', amount: '8.0', outputs: 20, broadcast: true },
      txo_list: { type: ['stream', 'repost'], is_not_spent: true, page: 1, page_size: 50 },
      claim_search: { channel_ids: [ID], release_time: '>1600000000', page_size: 50 },
      file_list: { sd_hash: HASH },
      wallet_unlock: { password: '' },
      transaction_show: { txid: 'ab'.repeat(32) },
    }
    for (const [method, params] of Object.entries(good) as [keyof typeof specs, object][]) {
      assert.ok(accepts(method, params), messageFor(method, params))
      assert.ok(!accepts(method, { ...params, bogus_param: 1 }))
      for (const key of Object.keys(params))
        for (const wrong of [null, undefined, Number.NaN, { a: 1 }, () => 1, 1n])
          assert.ok(!accepts(method, { ...params, [key]: wrong }), `${method}.${key}`)
    }
    for (const method of Object.keys(specs) as (keyof typeof specs)[])
      for (const wrong of [null, undefined, [], 'text', 1]) assert.ok(!accepts(method, wrong), method)
  })

  it('are whole, real and within what protobuf keeps', () => {
    for (const bad of [
      { release_time: 1.5 },
      { release_time: '1' },
      { width: -1 },
      { height: 2 ** 32 },
      { duration: 12.5 },
      { preview: 'no' },
      { preview: 1 },
      { title: '\ud800' },
      { bid: '0.0' },
      { bid: 0.01 },
      { tags: 'one' },
    ])
      assert.ok(!accepts('stream_create', { ...STREAM, ...bad }), JSON.stringify(bad))
    assert.ok(!accepts('txo_list', { is_spent: false }) && !accepts('claim_search', { page_size: 51 }))
    assert.ok(!accepts('account_fund', { to_account: 'a', from_account: 'a', everything: true, outputs: 2 }))
    assert.ok(
      !accepts('stream_abandon', { claim_id: ID, txid: 'ab'.repeat(32), nout: 0 }) && !accepts('stream_abandon', {}),
    )
    assert.ok(!accepts('file_delete', { delete_all: true }))
  })

  it('are at most as long as a claim may be', () => {
    assert.ok(accepts('stream_create', { ...STREAM, description: 'x'.repeat(8_000) }))
    assert.ok(!accepts('stream_create', { ...STREAM, description: 'é'.repeat(5_000) }))
    assert.ok(!accepts('stream_create', { ...STREAM, tags: Array.from({ length: 300 }, () => 'x'.repeat(50)) }))
  })

  it('are named when they are wrong', () => {
    assert.equal(
      messageFor('stream_create', { ...STREAM, bid: '1' }),
      'stream_create: bid must be an amount above 0 as text, like "0.01", with one to eight decimals',
    )
    assert.equal(messageFor('stream_create', { name: 'a', file_path: '/a' }), 'stream_create: bid must be given')
    assert.equal(
      messageFor('stream_create', { ...STREAM, languages: ['en', 'xx'] }),
      'stream_create: languages.1 must be a language that LBRY knows, like "ug", "zh-Hant" or "pt-BR"',
    )
    assert.equal(messageFor('version', { x: 1 }), 'version: there is no input x')
    assert.equal(messageFor('version', []), 'version: the inputs must be an object')
    assert.equal(
      messageFor('stream_create', { name: 'a', bid: '0.01' }),
      'stream_create: Either file_path or all of sd_hash, file_name, file_size and file_hash must be given',
    )
  })
})
