import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { inspectBundle, type LintFile, lintBundle } from '../../../src/clear/lint.ts'
import type { BundleDocument } from '../../../src/model/bundle.ts'
import { aChineseId } from './invented-numbers.ts'
import { box, bytes, FTYP, MVHD, xyz } from './media-files.ts'

const signal = new AbortController().signal
const PHONE = '+7 701 123 45 67'
let directory = ''
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-lint-'))
})
after(() => rm(directory, { recursive: true }))

function aDocument(change: Partial<BundleDocument> = {}): BundleDocument {
  return {
    schema: 'holdfast-bundle/1',
    title: [{ language: 'kk-Cyrl', value: 'Қазақша тақырып' }],
    originals: [],
    ...change,
  }
}

async function aFile(publicPath: string, role: LintFile['role'], content: string | Uint8Array): Promise<LintFile> {
  const localPath = join(directory, `${role}-${publicPath}`)
  await writeFile(localPath, content)
  return { publicPath, localPath, mediaType: 'application/octet-stream', role }
}

async function places(document: BundleDocument, files: readonly LintFile[] = []): Promise<string[]> {
  return (await lintBundle({ document, files, signal })).map(({ code, where }) => `${code} ${where}`)
}

describe('lintBundle', () => {
  it('finds nothing in a bundle that says nothing', async () => {
    const media = await aFile('video.mp4', 'video', bytes(FTYP, box('moov', MVHD)))
    const captions = await aFile('subtitles.kk.vtt', 'subtitles', 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nсәлем\n')
    assert.deepEqual(await places(aDocument(), [media, captions]), [])
  })

  it('reads every free text of the document and says where it found what', async () => {
    const text = [{ language: 'und', value: `call ${PHONE}` }]
    const document = aDocument({
      title: text,
      description: [
        { language: 'zh-Hans', value: `身份证${aChineseId()}` },
        { language: 'en', value: PHONE },
      ],
      tags: ['clean', 'a@example.org'],
      chapters: [{ startMs: 0, title: PHONE }],
      license: `ask ${PHONE}`,
    })
    assert.deepEqual(await places(document), [
      'PHONE_NUMBER title',
      'ID_NUMBER_CN description',
      'PHONE_NUMBER description',
      'EMAIL_ADDRESS tags[1]',
      'PHONE_NUMBER chapters[0].title',
      'PHONE_NUMBER license',
    ])
  })

  it('reads subtitles and captions as public text, in UTF-8 and UTF-16, and media as media', async () => {
    const cue = `1\n00:00:01,000 --> 00:00:02,000\n${PHONE}\n`
    const files = [
      await aFile('subtitles.ru.srt', 'subtitles', cue),
      await aFile('automatic-captions.ru.srt', 'automatic-captions', Buffer.from(`\ufeff${cue}`, 'utf16le')),
      await aFile('video.mp4', 'video', bytes(FTYP, box('moov', MVHD, box('udta', xyz())))),
    ]
    assert.deepEqual(await places(aDocument(), files), [
      'PHONE_NUMBER subtitles.ru.srt',
      'PHONE_NUMBER automatic-captions.ru.srt',
      'LOCATION_IN_FILE video.mp4',
    ])
  })

  it('says which files it could not judge, and which captions it read in part', async () => {
    const audio = await aFile('audio.mp3', 'audio', 'ID3 and so on')
    const captions = await aFile('subtitles.en.vtt', 'subtitles', `${'word\n'.repeat(1_800_000)}${PHONE}`)
    const report = await inspectBundle({ document: aDocument(), files: [audio, captions], signal })
    assert.deepEqual(report.findings, [])
    assert.deepEqual(
      report.notChecked.map(({ where }) => where),
      ['audio.mp3', 'subtitles.en.vtt'],
    )
    assert.ok(report.notChecked.every(({ reason }) => !reason.includes(directory)))
  })

  it('fails for a file that is gone, so that nothing is cleared unread', async () => {
    const gone: LintFile = {
      publicPath: 'video.mp4',
      localPath: join(directory, 'gone'),
      mediaType: 'video/mp4',
      role: 'video',
    }
    await assert.rejects(lintBundle({ document: aDocument(), files: [gone], signal }), { code: 'LINT_FILE_UNREADABLE' })
  })

  it('gives the same findings when it runs again', async () => {
    const document = aDocument({ tags: [PHONE, PHONE] })
    const first = await lintBundle({ document, files: [], signal })
    assert.deepEqual(await lintBundle({ document, files: [], signal }), first)
    assert.equal(first.length, 2)
  })
})
