import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { readGovernance } from '../../../src/manifest/governance.ts'
import { formatHeldList, type Holdings, signHoldings } from '../../../src/manifest/holdings.ts'
import type { Signer } from '../../../src/manifest/signer.ts'
import { ED25519_COSIGNATURE, formatVkey, parseVkey } from '../../../src/manifest/vkey.ts'
import { holderClaim } from '../../../src/pipeline/engines/holder-claim.ts'
import type { Home } from '../../../src/pipeline/home.ts'
import { publishedHead } from '../../../src/pipeline/published-head.ts'
import { closeNetwork, configureNetwork } from '../../../src/read/network.ts'
import { sha256, testSigner } from '../../fakes/manifest-log.ts'
import { type Published, published, type Scripted, scripted } from './scripted-engine.ts'

const DAY = 86_400_000

function aHolder(word: string): Signer {
  const { key, sign } = testSigner(word)
  const vkey = formatVkey({ name: `${word}/holder`, type: ED25519_COSIGNATURE, publicKey: key.publicKey }, sha256)
  return { key: parseVkey(vkey, sha256), sign }
}

const [HOLDER, OTHER] = [aHolder('m-one'), aHolder('m-two')]

before(() => configureNetwork({ proxyUrl: undefined, idleMs: 2_000, graceMs: 2_000 }))
after(closeNetwork)

/** A mirror whose files a test writes; what it lacks is 404. */
interface Mirror {
  readonly url: string
  readonly files: Map<string, Uint8Array | number>
  readonly asked: string[]
}

async function aMirror(context: TestContext): Promise<Mirror> {
  const files: Mirror['files'] = new Map()
  const asked: string[] = []
  const server = createServer((request, response) => {
    const name = String(request.url).split('/holdings/')[1] ?? ''
    asked.push(String(request.url))
    const found = files.get(name) ?? 404
    if (typeof found === 'number') response.writeHead(found).end()
    else response.end(found)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, files, asked }
}

/** Puts a note there that says to hold these roots. @returns the name of its list. */
function say(
  { files }: Mirror,
  home: Home,
  roots: readonly string[],
  { by = HOLDER, ageMs = 0, but = {} }: { by?: Signer; ageMs?: number; but?: Partial<Holdings> } = {},
): string {
  const list = formatHeldList(roots)
  const listSha256 = hash('sha256', list)
  const head = publishedHead(home)
  assert.ok(head !== undefined)
  const time = Math.floor((Date.now() - ageMs) / 1_000)
  const oldest = new Date(time * 1_000).toISOString().replace('.000Z', 'Z')
  const genesisSha256 = readGovernance(home.fold)?.genesisSha256 ?? ''
  const { origin } = home
  const holdings = { origin, genesisSha256, size: head.size, root: head.root, listSha256, bytes: 1, oldest, ...but }
  files.clear()
  files.set('note', signHoldings(holdings, by, time))
  files.set(listSha256, list)
  return listSha256
}

interface Story extends Published {
  readonly mirror: Mirror
  readonly place: Scripted
  readonly roots: readonly string[]
  heard(): Promise<{ readonly holder: unknown; readonly codes: readonly string[]; readonly unreachable: boolean }>
  claimed(now?: string): Promise<readonly boolean[]>
}

async function aStory(context: TestContext, count = 2): Promise<Story> {
  const world = await published(context, count)
  const mirror = await aMirror(context)
  const place = { ...scripted('oslo'), isReadOnly: true }
  const holders = new Map([['oslo', { url: `${mirror.url}/`, vkey: HOLDER.key.text }]])
  const roots = world.ids.map((id) => world.home.bundles.get(id)?.root ?? '')
  return {
    ...{ ...world, mirror, place, roots },
    async heard() {
      world.events.length = 0
      const [found] = await world.audit([place], { holders })
      assert.ok(found !== undefined)
      return { holder: found.holder, codes: world.problems(), unreachable: found.unreachable }
    },
    async claimed(now) {
      const claim = await holderClaim(world.home.paths, 'oslo', HOLDER.key.text, now)
      return roots.map((root) => claim?.covers({ root, index: 1 }) === true)
    },
  }
}

describe('a note of holdings of a mirror', () => {
  it('is its claim to what the list names, for 90 days, and for as long as the mirror says nothing else', async (t) => {
    const { mirror, home, roots, heard, claimed } = await aStory(t)
    assert.deepEqual((await heard()).holder, 'none', 'it has no note')
    const [first = ''] = roots
    const name = say(mirror, home, [first])
    assert.deepEqual((await heard()).holder, 'part')
    assert.equal(mirror.asked.at(-2), `/mirror/${hash('sha256', home.origin)}/holdings/note`)
    assert.deepEqual(await claimed(), [true, false])
    const inDays = (days: number): string => new Date(Date.now() + days * DAY).toISOString()
    assert.deepEqual(await claimed(inDays(89)), [true, false])
    assert.deepEqual(await claimed(inDays(91)), [false, false])
    assert.deepEqual(await claimed(inDays(-2)), [false, false], 'nobody signs what will be')
    const kept = join(home.paths.holders, 'oslo')
    assert.deepEqual(readdirSync(kept).toSorted(), [name, 'note'].toSorted())
    say(mirror, home, roots, { ageMs: DAY })
    await heard()
    assert.deepEqual(await claimed(), [true, false], 'an older note changes nothing')
    const newer = say(mirror, home, roots)
    await heard()
    assert.deepEqual(await claimed(), [true, true])
    assert.deepEqual(readdirSync(kept).toSorted(), [newer, 'note'].toSorted())
    mirror.files.clear()
    assert.deepEqual((await heard()).holder, 'none')
    assert.equal(existsSync(join(kept, 'note')), false)
  })

  it('that is not what it should be is told by its code, and what was kept stays', async (t) => {
    const { mirror, home, roots, place, heard, claimed, fill } = await aStory(t)
    await fill([{ ...place, isReadOnly: false }])
    say(mirror, home, roots)
    await heard()
    const cases: readonly (readonly [string, () => void])[] = [
      ['SIGNATURE_MISSING', () => say(mirror, home, roots, { by: OTHER })],
      ['SIGNATURE_INVALID', () => say(mirror, home, roots, { by: { key: HOLDER.key, sign: OTHER.sign } })],
      ['HOLDINGS_LIST_DIFFERS', () => mirror.files.set(say(mirror, home, roots), formatHeldList(roots.slice(1)))],
      ['HOLDINGS_LIST_DIFFERS', () => mirror.files.delete(say(mirror, home, roots))],
      ['NOTE_MALFORMED', () => mirror.files.set('note', Buffer.from('<html>not found</html>\n'))],
      ['SOURCE_ANSWER_TOO_LARGE', () => mirror.files.set('note', Buffer.alloc(128 * 1024 + 1))],
      ['SOURCE_ANSWER_TOO_LARGE', () => mirror.files.set(say(mirror, home, roots), Buffer.alloc(16 * 1024 * 1024 + 1))],
      ['HOLDINGS_HEAD_UNKNOWN', () => say(mirror, home, roots, { but: { origin: 'other.example/log' } })],
      ['HOLDINGS_HEAD_UNKNOWN', () => say(mirror, home, roots, { but: { genesisSha256: '0'.repeat(64) } })],
      ['HOLDINGS_HEAD_UNKNOWN', () => say(mirror, home, roots, { but: { size: 1_000 } })],
      ['HOLDINGS_HEAD_UNKNOWN', () => say(mirror, home, roots, { but: { root: new Uint8Array(32) } })],
    ]
    for (const [code, prepare] of cases) {
      prepare()
      const { holder, codes, unreachable } = await heard()
      assert.deepEqual([holder, codes, unreachable], ['wrong', [code], false], code)
      assert.deepEqual(await claimed(), [true, true])
    }
    mirror.files.set('note', 503)
    const { holder, codes, unreachable } = await heard()
    assert.deepEqual([holder, codes, unreachable], ['part', ['SOURCE_UNREACHABLE'], true], 'what was kept still counts')
  })

  it('asks for no list before the note is known to be signed', async (t) => {
    const { mirror, home, roots, heard } = await aStory(t, 1)
    say(mirror, home, roots, { by: OTHER })
    await heard()
    assert.equal(mirror.asked.length, 1)
  })
})

describe('what a holder signed and an audit contradicts', () => {
  it('is told once a run as its fault, and counts no more', async (t) => {
    const world = await aStory(t, 3)
    const { mirror, home, roots, place, heard, events } = world
    say(mirror, home, roots)
    const engine = scripted('filled')
    await world.fill([engine])
    const [whole = '', damaged = ''] = roots
    for (const root of [whole, damaged]) place.pins.set(root, new Map(engine.pins.get(root)))
    const [cid = ''] = [...(place.pins.get(damaged)?.keys() ?? [])]
    place.pins.get(damaged)?.set(cid, Buffer.from('other bytes'))
    for (const _run of [1, 2]) {
      const { codes } = await heard()
      assert.equal(codes.filter((code) => code === 'AUDIT_CLAIM_FALSE').length, 1)
      assert.ok(codes.includes('AUDIT_BYTES_WRONG') && codes.includes('AUDIT_BLOCK_MISSING'), codes.join())
      const told = events.flatMap((event) => (event.type === 'problem' ? [event.problem.message] : []))
      assert.match(
        told.at(-1) ?? '',
        /^the holder of oslo signed at 2\S+Z that it has \w+ and 1 more bundles, and blocks/,
      )
    }
    const states = world.ids.map((id) => home.replicas.of(id).find(({ engine }) => engine === 'oslo')?.state)
    assert.deepEqual(states, ['pinned', 'broken', 'asked'])
    mirror.files.clear()
    const { codes } = await heard()
    assert.ok(!codes.includes('AUDIT_CLAIM_FALSE'), 'who says nothing is not held to it')
  })
})
