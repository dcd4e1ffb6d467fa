import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { selectBundles } from '../../../src/pipeline/selection.ts'
import { anInstallation } from '../../unit/pipeline/installation.ts'
import { ACCEPTED, type FuzzTarget, NOTHING } from '../target.ts'
import { bytesOfText, textOf } from '../text.ts'

const URL_OF_IT = 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'
const installed = anInstallation({ after })
const directory = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-'))
after(() => rmSync(directory, { recursive: true, force: true }))
const list = join(directory, 'list.txt')

let ready: ReturnType<typeof aHomeWithOne> | undefined

async function aHomeWithOne(): ReturnType<typeof anInstallation> {
  const one = await installed
  one.video({ id: 'dQw4w9WgXcQ' })
  await one.add('public')
  return one
}

/** The first line is a condition, the rest a file of what is meant, one a line. */
export const selection: FuzzTarget = {
  name: 'selection',
  share: 20_000,
  codes: ['SELECTION_EMPTY', 'SELECTION_UNCLEAR', 'CONDITION_MALFORMED'],
  words: [
    'state=',
    'state!=held',
    'title~',
    'access=public',
    'platform=youtube',
    '\n',
    ' # a comment',
    '\r\n',
    URL_OF_IT,
    'language=kk',
  ],
  maxBytes: 64 * 1024,
  seeds: () =>
    [
      `title~Testimony\n${URL_OF_IT}\n`,
      `access=public\n# all of them\n\n${URL_OF_IT} # this one\n\ufeffyoutube:video:dQw4w9WgXcQ\r\n`,
      `state!=withdrawn\n${'1'.repeat(11)}\n`,
      ...['constructor=x', '__proto__=x', 'valueof~', 'platform=youtube', 'layout=yt-dlp'].map(
        (where) => `${where}\n${URL_OF_IT}`,
      ),
    ].map(bytesOfText),
  async run(input) {
    ready ??= aHomeWithOne()
    const { home } = await ready
    const [where = '', ...lines] = textOf(input).split('\n')
    writeFileSync(list, bytesOfText(lines.join('\n')))
    const selected = [...selectBundles(home, { words: [list], where: where === '' ? [] : [where] })]
    assert.ok(selected.length <= 1, 'one bundle comes once')
    return selected.length === 0 ? NOTHING : ACCEPTED
  },
}
