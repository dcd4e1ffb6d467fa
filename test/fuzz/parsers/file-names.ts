import assert from 'node:assert/strict'
import type { WalkedFile } from '../../../src/intake/layout.ts'
import { ytDlpLayout } from '../../../src/intake/layouts/yt-dlp.ts'
import { PRIVATE_ROLES, PUBLIC_ROLES } from '../../../src/model/bundle.ts'
import { ACCEPTED, type FuzzTarget, NOTHING } from '../target.ts'
import { bytesOfText, textOf } from '../text.ts'

const { signal } = new AbortController()
const INFO = new Uint8Array(Buffer.from('{"id":"dQw4w9WgXcQ","title":"A","ext":"mp4","extractor_key":"Youtube"}'))
const ROLES: readonly string[] = [...PUBLIC_ROLES, ...PRIVATE_ROLES]
const SUFFIXES = [
  ...['mp4', 'webm', 'f137.mp4', 'mp4.part', 'kk.vtt', 'zh-Hans.srt', 'live_chat.json', 'description', 'jpg', '2.webp'],
  ...[
    'annotations.xml',
    'comments.json',
    'url',
    'mp4.ytdl',
    'temp.mp4',
    'part-Frag7',
    'constructor',
    '__proto__',
    'MP4',
  ],
]

/** Names of the files of a directory, a line each: every file is accounted for once, in a role that there is. */
export const fileNames: FuzzTarget = {
  name: 'file names',
  share: 40_000,
  codes: [],
  words: ['.info.json', '\na.info.json', '.', '\na.', ...SUFFIXES.map((suffix) => `.${suffix}`)],
  maxBytes: 32 * 1024,
  seeds: () => [
    bytesOfText(['A video [x].info.json', ...SUFFIXES.map((suffix) => `A video [x].${suffix}`)].join('\n')),
    bytesOfText('a.info.json\na.mp4\na.b.info.json\na.b.mp4\na.b.kk.vtt\nc.mp4'),
    ...SUFFIXES.map((suffix) => bytesOfText(`e\u0301.info.json\né.mp4\né.${suffix}`)),
  ],
  async run(input) {
    const names = [...new Set(textOf(input).split('\n', 200))].filter((name) => name !== '' && !name.includes('/'))
    const seen: string[] = []
    let bundles = 0
    for await (const found of ytDlpLayout.read(names.map(file), { signal })) {
      if (found.type === 'file') seen.push(found.verdict.path)
      else if (found.type === 'bundle') {
        bundles += 1
        for (const { path, role, mediaType } of found.bundle.files) {
          seen.push(path)
          assert.ok(ROLES.includes(role), `${path} has the role ${role}`)
          assert.equal(typeof mediaType, 'string')
        }
      }
    }
    assert.deepEqual(seen.sort(), names.map((name) => `/archive/${name}`).sort())
    return bundles > 0 ? ACCEPTED : NOTHING
  },
}

function file(name: string): WalkedFile {
  const bytes = name.toLowerCase().endsWith('.info.json') ? INFO : new Uint8Array(1)
  return { path: `/archive/${name}`, relative: name, size: bytes.length, read: async () => new Uint8Array(bytes) }
}
