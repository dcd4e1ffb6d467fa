import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { aWorld, linesOfEvent, type World } from './harness.ts'

/** Every word that a person gave begins so; each source of words has its own ending. */
const MARK = 'zqmark'
const FREE_TEXT = ['title', 'description', 'tag', 'chapter']
const PRIVATE = [
  'uploader',
  'channel',
  'handle',
  'slug',
  'file',
  'folder',
  'operator',
  'reason',
  'note',
  'sidecar',
  'cookie',
]
const mark = (ending: string): string => `${MARK}${ending}`

async function aMarkedWorld(context: TestContext): Promise<World> {
  const world = aWorld(context)
  await world.init()
  const config = readFileSync(join(world.home, 'holdfast.toml'), 'utf8')
  writeFileSync(join(world.home, 'holdfast.toml'), config.replace('name = ""', `name = "${mark('operator')}"`))
  const folder = join(world.path, mark('folder'))
  for (const [n, page] of ['https://www.youtube.com/watch?v=markedVid01', 'https://vk.com/video-123_456'].entries()) {
    aVideo(folder, {
      id: n === 0 ? 'markedVid01' : '-123_456',
      title: `A ${mark('title')} ${n}`,
      description: `Words: ${mark('description')}`,
      stem: `${mark('file')} ${n}`,
      subtitles: { 'kk.vtt': `Said: ${mark('subtitle')} ${n}` },
      beside: { description: mark('sidecar'), 'live_chat.json': mark('sidecar'), webp: `RIFF ${n}` },
      info: {
        tags: [mark('tag')],
        chapters: [{ start_time: 0, end_time: 5, title: mark('chapter') }],
        uploader: mark('uploader'),
        uploader_id: `@${mark('handle')}`,
        uploader_url: `https://www.youtube.com/@${mark('handle')}`,
        channel: mark('channel'),
        webpage_url: `${page}${page.includes('?') ? '&' : '?'}list=${mark('slug')}&name=${mark('slug')}`,
        original_url: `https://example.org/${mark('slug')}/${mark('slug')}`,
        webpage_url_basename: mark('slug'),
        http_headers: { Cookie: mark('cookie') },
        _filename: `/home/${mark('folder')}/${mark('file')}.mp4`,
        ...(n === 0
          ? {}
          : {
              extractor: 'vk',
              extractor_key: 'VK',
              display_id: mark('slug'),
              channel_id: undefined,
              channel_url: undefined,
            }),
      },
    })
  }
  assert.equal((await world.run(['add', folder, '--json'])).exit, 0)
  const [first] = linesOfEvent(await world.run(['list', '--json']), 'listed')
  assert.equal((await world.run(['clear', String(first?.['id']), '--reason', mark('reason'), '--json'])).exit, 0)
  const published = await world.run(['publish', '--yes', '--json'])
  assert.equal(linesOfEvent(published, 'published').length, 2, JSON.stringify(published.events))
  return world
}

/** Text in all the ways in which it could stand in a file: as it is, in UTF-16, in base64, in hex. */
function readings(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes).toString('latin1')
  const base64 = (text.match(/[A-Za-z0-9+/_-]{16,}={0,2}/g) ?? []).map((run) =>
    Buffer.from(run, 'base64').toString('latin1'),
  )
  const hex = (text.match(/(?:[0-9a-f]{2}){8,}/gi) ?? []).map((run) => Buffer.from(run, 'hex').toString('latin1'))
  return [text, text.replaceAll('\0', ''), decodeLoosely(text), ...base64, ...hex].map((each) => each.toLowerCase())
}

function decodeLoosely(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

function marksIn(bytes: Uint8Array): string[] {
  return [...new Set(readings(bytes).flatMap((text) => text.match(new RegExp(`${MARK}[a-z]*`, 'g')) ?? []))].sort()
}

function filesBelow(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

interface Said {
  readonly what: string
  readonly status: number
  readonly head: Uint8Array
  readonly body: Uint8Array
}

async function ask(url: string, init: RequestInit = {}): Promise<Said> {
  const answer = await fetch(url, { redirect: 'manual', ...init })
  const head = [answer.statusText, ...[...answer.headers].map(([name, value]) => `${name}: ${value}`)].join('\n')
  return { what: url, status: answer.status, head: Buffer.from(head), body: new Uint8Array(await answer.arrayBuffer()) }
}

describe('words that people gave', () => {
  it('are found by this test wherever they hide', () => {
    const word = mark('title')
    const hidden = [word, word.toUpperCase(), encodeURIComponent(`ü${word}`)].map((text) => Buffer.from(text))
    hidden.push(Buffer.from(word, 'utf16le'), Buffer.from(Buffer.from(`12${word}3456`).toString('base64')))
    hidden.push(Buffer.from(Buffer.from(word).toString('hex')))
    for (const bytes of hidden) assert.deepEqual(marksIn(bytes), [word])
  })

  it('stand in the own documents of their bundle and nowhere else that others can read', async (context) => {
    const world = await aMarkedWorld(context)
    for (const path of filesBelow(join(world.home, 'manifest'))) assert.deepEqual(marksIn(readFileSync(path)), [], path)
    for (const path of filesBelow(join(world.home, 'manifest')))
      assert.deepEqual(marksIn(Buffer.from(path.slice(world.home.length))), [])

    for (const [name, args] of [
      ['receipt', ['prove', 'youtube:video:markedVid01', '-o', join(world.path, 'receipt')]],
      ['csv', ['manifest', 'export', 'csv', '-o', join(world.path, 'csv')]],
      ['json', ['manifest', 'export', 'json', '-o', join(world.path, 'json')]],
    ] as const) {
      assert.equal((await world.run([...args, '--json'])).exit, 0, name)
      const bytes = readFileSync(join(world.path, name))
      assert.ok(bytes.length > 200, `${name} holds something`)
      assert.deepEqual(marksIn(bytes), [], name)
    }

    const { url } = await world.serve()
    const listed = linesOfEvent(await world.run(['list', '--json']), 'listed')
    const roots = listed.map(({ root }) => String(root))
    const manifest = filesBelow(join(world.home, 'manifest')).map((path) =>
      path.slice(join(world.home, 'manifest').length + 1),
    )
    const plain = [
      ...['/', '/healthz', '/nothing/here', '/manifest/nothing', `/ipfs/${roots[0]}/nothing`, '/ipfs/nothing', '/%ff'],
      ...manifest.map((path) => `/manifest/${path}`),
      ...roots.flatMap((root) => [
        `/ipfs/${root}`,
        `/ipfs/${root}/`,
        `/ipfs/${root}?format=raw`,
        `/ipfs/${root}/files.json`,
      ]),
      ...roots.flatMap((root) => [
        `/ipfs/${root}/video.mp4`,
        `/ipfs/${root}?format=tar`,
        `/ipfs/${root}/video.mp4?format=raw`,
      ]),
      `/ipfs/${roots[0]}?format=car&dag-scope=block`,
    ]
    const answers = await Promise.all(plain.map((path) => ask(`${url}${path}`)))
    answers.push(
      await ask(`${url}/healthz`, { method: 'POST', body: 'x' }),
      await ask(`${url}/`, { method: 'OPTIONS' }),
    )
    answers.push(await ask(`${url}/ipfs/${roots[0]}/video.mp4`, { headers: { range: 'bytes=999999-' } }))
    for (const { what, head, body } of answers) assert.deepEqual([marksIn(head), marksIn(body)], [[], []], what)
    const statuses = new Set(answers.map(({ status }) => status))
    for (const status of [200, 400, 404, 406, 416]) assert.ok(statuses.has(status), `${status} among ${[...statuses]}`)

    for (const root of roots) {
      const documents = await Promise.all(
        ['bundle.json', 'ro-crate-metadata.json'].map((name) => ask(`${url}/ipfs/${root}/${name}`)),
      )
      const [bundle, crate] = documents
      assert.deepEqual(marksIn(bundle?.body ?? new Uint8Array(0)), FREE_TEXT.map(mark).sort())
      const inCrate = marksIn(crate?.body ?? new Uint8Array(0))
      assert.ok(
        inCrate.includes(mark('title')) && inCrate.every((word) => !PRIVATE.map(mark).includes(word)),
        `${inCrate}`,
      )
      for (const { head } of documents) assert.deepEqual(marksIn(head), [])
      const list = Buffer.from((await ask(`${url}/ipfs/${root}/files.json`)).body).toString()
      const subtitles = /"path":"(subtitles[^"]*)"/.exec(list)?.[1]
      const own = await ask(`${url}/ipfs/${root}/${subtitles}`)
      assert.deepEqual([own.status, marksIn(own.head), marksIn(own.body)], [200, [], [mark('subtitle')]], subtitles)
    }

    const withdrawn = await world.run(['withdraw', String(listed[0]?.['id']), '--note', mark('note'), '--json'])
    assert.equal(withdrawn.exit, 0)
    const gone = await ask(`${url}/ipfs/${roots[0]}/bundle.json`)
    assert.equal(gone.status, 410)
    assert.deepEqual([marksIn(gone.head), marksIn(gone.body)], [[], []])
    for (const path of filesBelow(join(world.home, 'manifest'))) assert.deepEqual(marksIn(readFileSync(path)), [], path)
  })
})
