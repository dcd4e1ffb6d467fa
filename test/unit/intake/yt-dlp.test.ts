import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, it } from 'node:test'
import type { FileVerdict, FoundBundle } from '../../../src/intake/layout.ts'
import { ytDlpLayout } from '../../../src/intake/layouts/yt-dlp.ts'
import { type IntakeOptions, intake, type StattedPath } from '../../../src/intake/recognise.ts'
import { collect } from '../../fakes/collect.ts'
import { aFolder, aPlaylist, aVideo, manyVideos } from '../../fakes/yt-dlp-folder.ts'

const signal = new AbortController().signal
const ID = 'dQw4w9WgXcQ'

interface Taken {
  readonly bundles: readonly FoundBundle[]
  readonly verdicts: readonly FileVerdict[]
  readonly directories: readonly { readonly path: string; readonly files: readonly StattedPath[] }[]
}

/** Runs intake and checks what must always hold: each file has one verdict or one place in one bundle. */
async function take(path: string, options: Partial<IntakeOptions> = {}): Promise<Taken> {
  const found = await collect(intake([path], { layouts: [ytDlpLayout], signal, ...options }))
  const bundles = found.flatMap((item) => (item.type === 'bundle' ? [item.bundle] : []))
  const verdicts = found.flatMap((item) => (item.type === 'file' ? [item.verdict] : []))
  const directories = found.flatMap((item) => (item.type === 'directory' ? [item] : []))
  const accounted = [
    ...bundles.flatMap(({ files }) => files.map((file) => file.path)),
    ...verdicts.map((verdict) => verdict.path),
  ]
  assert.deepEqual(accounted.toSorted(), directories.flatMap(({ files }) => files.map((file) => file.path)).toSorted())
  return { bundles, verdicts, directories }
}

/** `role[ language] name` of each file of a bundle. */
function listed(bundle: FoundBundle | undefined): string[] {
  return (bundle?.files ?? []).map(({ role, language, path }) =>
    [role, language, basename(path)].filter(Boolean).join(' '),
  )
}

function failures(verdicts: readonly FileVerdict[]): string[] {
  return verdicts.filter(({ outcome }) => outcome === 'failed').map(({ code, path }) => `${code} ${basename(path)}`)
}

describe('intake of a yt-dlp folder', () => {
  it('takes the media with every sidecar under its role', async () => {
    using folder = aFolder()
    aVideo(folder.path, {
      id: ID,
      stem: 'T',
      subtitleLanguages: ['kk', 'zh-Hans'],
      automaticLanguages: ['ru-orig', 'en-kk'],
      subtitles: {
        'kk.vtt': 'Сәлем, бұл менің куәлігім',
        'zh-Hans.srt': '你好',
        'ru-orig.vtt': 'Привет',
        'en-kk.vtt': 'Hello',
      },
      beside: {
        description: 'd',
        webp: 'w',
        '0.jpg': 'j',
        'annotations.xml': '<a/>',
        'live_chat.json': '{}',
        'kk.json3': '{}',
        nfo: 'n',
      },
    })
    const { bundles, verdicts } = await take(folder.path)
    assert.deepEqual(listed(bundles[0]), [
      'video T.mp4',
      'subtitles kk-Cyrl T.kk.vtt',
      'subtitles zh-Hans T.zh-Hans.srt',
      'automatic-captions en T.en-kk.vtt',
      'automatic-captions ru T.ru-orig.vtt',
      'thumbnail T.0.jpg',
      'thumbnail T.webp',
      'source-metadata T.info.json',
      'description T.description',
      'live-chat T.live_chat.json',
      'annotations T.annotations.xml',
      'other T.kk.json3',
      'other T.nfo',
    ])
    assert.deepEqual(verdicts, [])
    assert.deepEqual(bundles[0]?.warnings, [])
  })

  it('keeps a file whose ending is a name that every object of JavaScript has', async () => {
    using folder = aFolder()
    aVideo(folder.path, { id: ID, stem: 'T', beside: { constructor: 'c', ['__proto__']: 'p' } })
    const { bundles } = await take(folder.path)
    assert.deepEqual(listed(bundles[0]).slice(-2), ['other T.__proto__', 'other T.constructor'])
  })

  it('lets the .info.json decide, whatever the name says', async () => {
    using folder = aFolder()
    aVideo(folder.path, { id: ID, stem: 'Something else [AAAAAAAAAAA]' })
    const { bundles } = await take(folder.path)
    assert.equal(bundles[0]?.document.originals[0]?.key, `youtube:video:${ID}`)
  })

  it('takes the old naming TITLE-ID, titles with dots, and titles that begin alike', async () => {
    using folder = aFolder()
    aVideo(folder.path, { id: ID, naming: 'old', title: 'Vol. 1' })
    aVideo(folder.path, { id: 'AAAAAAAAAAA', stem: 'Vol' })
    aVideo(folder.path, { id: 'BBBBBBBBBBB', stem: 'Vol.en' })
    aVideo(folder.path, { id: 'CCCCCCCCCCC', stem: 'Vol.en.vtt', subtitles: { 'tr.vtt': 'Merhaba' } })
    const { bundles, verdicts } = await take(folder.path)
    assert.equal(bundles.length, 4)
    assert.ok(bundles.every(({ files }) => files.filter(({ role }) => role === 'video').length === 1))
    assert.deepEqual(failures(verdicts), [])
  })

  it('makes one bundle of several media of one description', async () => {
    using folder = aFolder()
    aVideo(folder.path, {
      id: ID,
      stem: 'T',
      media: { mkv: 'a larger one', m4a: 'sound', mp4: 'small', webm: 'w' },
      beside: {},
    })
    const { bundles } = await take(folder.path)
    assert.deepEqual(listed(bundles[0]).slice(0, 4), ['video T.mp4', 'video T.webm', 'video T.mkv', 'audio T.m4a'])
  })

  it('knows sound without pictures in a container of video, and a post of pictures', async () => {
    using folder = aFolder()
    aVideo(folder.path, { id: ID, stem: 'sound', ext: 'webm', info: { vcodec: 'none' }, beside: {} })
    aVideo(folder.path, {
      id: 'picture',
      stem: 'picture',
      ext: 'jpg',
      media: {},
      beside: { jpg: 'j', '1.png': 'p' },
      info: { extractor_key: 'Generic' },
    })
    const { bundles } = await take(folder.path)
    assert.deepEqual(listed(bundles[0]).slice(0, 2), ['image picture.jpg', 'thumbnail picture.1.png'])
    assert.deepEqual(bundles[1]?.files[0], {
      path: join(folder.path, 'sound.webm'),
      role: 'audio',
      mediaType: 'audio/webm',
    })
  })

  it('keeps ids that differ only in case apart', async () => {
    using folder = aFolder()
    aVideo(folder.path, { id: 'aBcDeFgHiJk' })
    aVideo(join(folder.path, 'other'), { id: 'AbCdEfGhIjK' })
    const { bundles } = await take(folder.path)
    assert.deepEqual(
      bundles.map(({ document }) => document.originals[0]?.key),
      ['youtube:video:aBcDeFgHiJk', 'youtube:video:AbCdEfGhIjK'],
    )
  })

  it('makes two bundles of two descriptions of one item, and says so', async () => {
    using folder = aFolder()
    aVideo(folder.path, { id: ID, stem: 'Old title' })
    aVideo(folder.path, { id: ID, stem: 'New title' })
    const { bundles } = await take(folder.path)
    assert.deepEqual(
      bundles.map(({ warnings }) => warnings.map(({ code }) => code)),
      [[], ['ORIGINAL_TWICE']],
    )
  })

  it('finds the media when only its name is in another normal form', {
    skip: process.platform !== 'linux',
  }, async () => {
    using folder = aFolder()
    const written = aVideo(folder.path, { id: ID, stem: 'Айтолқын й'.normalize('NFC'), media: {}, beside: {} })
    writeFileSync(join(folder.path, `${written.stem.normalize('NFD')}.mp4`), 'media')
    assert.equal((await take(folder.path)).bundles.length, 1)
  })

  it('ignores playlists, links, download archives and other leftovers, each with its reason', async () => {
    using folder = aFolder()
    aVideo(folder.path, {
      id: ID,
      stem: 'T',
      beside: {
        url: '[InternetShortcut]',
        webloc: 'x',
        desktop: 'x',
        'f137.mp4': 'v',
        'mp4.part': 'p',
        'mp4.ytdl': '{}',
      },
    })
    const playlist = aPlaylist(folder.path, { id: 'PLabcdefghijklmnop', title: 'All testimonies' })
    writeFileSync(playlist.replace('.info.json', '.jpg'), 'thumbnail of the list')
    writeFileSync(join(folder.path, 'archive.txt'), `youtube ${ID}\nyoutube AAAAAAAAAAA\n`)
    writeFileSync(join(folder.path, 'notes.txt'), 'call the archivist\n')
    const { bundles, verdicts } = await take(folder.path)
    assert.equal(bundles.length, 1)
    assert.deepEqual(
      verdicts.map(({ outcome }) => outcome),
      Array(10).fill('ignored'),
    )
    assert.ok(verdicts.every(({ reason }) => reason))
    assert.match(
      verdicts.find(({ path }) => path.endsWith('archive.txt'))?.reason ?? '',
      /list of what it has downloaded/,
    )
  })

  it('reports unfinished downloads when there is nothing whole beside them', async () => {
    using folder = aFolder()
    aVideo(folder.path, { id: ID, stem: 'A', media: {}, beside: { 'mp4.part': 'p' } })
    aVideo(folder.path, { id: ID, stem: 'B', media: {}, beside: { 'f137.mp4': 'v', 'f251.webm': 'a', webp: 'w' } })
    writeFileSync(join(folder.path, 'C.mp4.part'), 'p')
    const { bundles, verdicts } = await take(folder.path)
    assert.equal(bundles.length, 0)
    assert.deepEqual(
      failures(verdicts),
      ['A.mp4.part', 'B.f137.mp4', 'B.f251.webm', 'C.mp4.part'].map((name) => `MEDIA_INCOMPLETE ${name}`),
    )
    assert.ok(verdicts.filter(({ outcome }) => outcome === 'failed').every(({ hint }) => hint))
  })

  it('reports media without description, description without media, and empty media', async () => {
    using folder = aFolder()
    writeFileSync(join(folder.path, 'alone [AAAAAAAAAAA].mp4'), 'media')
    aVideo(folder.path, { id: ID, stem: 'gone', media: {} })
    aVideo(folder.path, { id: ID, stem: 'nothing', media: { mp4: '' } })
    aVideo(folder.path, { id: ID, stem: 'part', media: { mp4: '', mkv: 'whole' } })
    const { bundles, verdicts } = await take(folder.path)
    assert.deepEqual(
      bundles.map(({ sourcePath }) => basename(sourcePath)),
      ['part.info.json'],
    )
    assert.deepEqual(failures(verdicts).toSorted(), [
      'MEDIA_EMPTY nothing.mp4',
      'MEDIA_EMPTY part.mp4',
      'MEDIA_MISSING gone.info.json',
      'MEDIA_WITHOUT_METADATA alone [AAAAAAAAAAA].mp4',
    ])
  })

  it('reports media in a directory that no layout knows, and leaves the rest alone', async () => {
    using folder = aFolder()
    mkdirSync(join(folder.path, 'camera'))
    writeFileSync(join(folder.path, 'camera', 'MVI_0001.MOV'), 'media')
    writeFileSync(join(folder.path, 'camera', '.DS_Store'), 'x')
    const { verdicts } = await take(folder.path)
    assert.deepEqual(
      verdicts.map(({ outcome, code }) => [outcome, code]),
      [
        ['ignored', undefined],
        ['failed', 'MEDIA_WITHOUT_METADATA'],
      ],
    )
  })

  it('takes 3,000 items of one flat directory one after the other', async () => {
    using folder = aFolder()
    manyVideos(folder.path, 3_000)
    const { bundles, verdicts } = await take(folder.path)
    assert.equal(bundles.length, 3_000)
    assert.deepEqual(verdicts, [])
    assert.equal(new Set(bundles.map(({ document }) => document.originals[0]?.key)).size, 3_000)
  })

  it('begins each directory with the facts of its files, and reads nothing of one that is known', async () => {
    using folder = aFolder()
    aVideo(join(folder.path, 'a'), { id: ID })
    aVideo(join(folder.path, 'b'), { id: 'AAAAAAAAAAA' })
    const asked: string[] = []
    const { bundles, directories } = await take(folder.path, {
      known: (directory, files) => {
        asked.push(`${basename(directory)} ${files.length}`)
        return directory.endsWith('/a')
      },
    })
    assert.deepEqual(asked, ['a 4', 'b 4'])
    assert.deepEqual(
      bundles.map(({ document }) => document.originals[0]?.key),
      ['youtube:video:AAAAAAAAAAA'],
    )
    assert.deepEqual(
      directories.map(({ path }) => basename(path)),
      ['b'],
    )
    assert.ok(directories[0]?.files.every(({ mtimeNs }) => typeof mtimeNs === 'bigint'))
  })

  it('reads only what is new in a directory that is known in part', async () => {
    using folder = aFolder()
    aVideo(folder.path, { id: ID, stem: 'old' })
    aVideo(folder.path, { id: 'AAAAAAAAAAA', stem: 'new' })
    const { bundles, verdicts } = await take(folder.path, {
      knownFiles: (_directory, files) => files.every(({ path }) => basename(path).startsWith('old')),
    })
    assert.deepEqual(
      bundles.map(({ sourcePath }) => basename(sourcePath)),
      ['new.info.json'],
    )
    assert.deepEqual(
      verdicts.map(({ outcome }) => outcome),
      Array(4).fill('known'),
    )
  })

  it('uses the named format alone, and refuses one that does not exist', async () => {
    using folder = aFolder()
    writeFileSync(join(folder.path, 'x.mp4'), 'media')
    assert.deepEqual(failures((await take(folder.path, { format: 'yt-dlp' })).verdicts), [
      'MEDIA_WITHOUT_METADATA x.mp4',
    ])
    await assert.rejects(take(folder.path, { format: 'betamax' }), { name: 'IntakeError', code: 'FORMAT_UNKNOWN' })
  })

  it('stops between two items when it is told to', async () => {
    using folder = aFolder()
    manyVideos(folder.path, 3)
    const controller = new AbortController()
    const found = intake([folder.path], { layouts: [ytDlpLayout], signal: controller.signal })
    await found.next()
    await found.next()
    controller.abort()
    await assert.rejects(found.next(), { name: 'AbortError' })
  })
})
