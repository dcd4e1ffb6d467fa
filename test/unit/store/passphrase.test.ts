import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, it } from 'node:test'
import { StoreError } from '../../../src/store/errors.ts'
import { type PassphraseSources, passphraseForKey, passphraseForNewKey } from '../../../src/store/passphrase.ts'
import { openTerminal, type Terminal } from '../../../src/store/terminal.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const fails = (code: string) => (error: unknown) =>
  error instanceof StoreError && error.code === code && error.hint !== undefined
const none: PassphraseSources = { file: undefined, environment: undefined, terminal: undefined }

/** Somebody who types these lines, one a question; then Ctrl-D. */
function typing(...answers: string[]): Terminal & { readonly questions: string[] } {
  const questions: string[] = []
  return {
    questions,
    async askSecret(question) {
      questions.push(question)
      return answers.shift()
    },
  }
}

/** Both ends of a terminal, without one. */
function aTerminal() {
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    rawModes: [] as boolean[],
    setRawMode: (_on: boolean): void => undefined,
  })
  input.setRawMode = (on) => void input.rawModes.push(on)
  const output = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true })
  return { input, output }
}

describe('passphraseForKey', () => {
  it('takes the file before the environment, and that before asking', async (t) => {
    const file = join(await temporaryDirectory(t), 'passphrase')
    await writeFile(file, 'from file\r\nsecond line\n')
    const terminal = typing('typed')
    assert.equal(
      await passphraseForKey({ file, environment: 'from environment', terminal }, 'the log key'),
      'from file',
    )
    assert.equal(
      await passphraseForKey({ ...none, environment: 'from environment', terminal }, 'the log key'),
      'from environment',
    )
    assert.deepEqual(terminal.questions, [])
    assert.equal(await passphraseForKey({ ...none, environment: '', terminal }, 'the log key'), 'typed')
    assert.match(terminal.questions[0] ?? '', /the log key/)
  })

  it('takes letters composed in either way for the same, and spaces as they are', async (t) => {
    const file = join(await temporaryDirectory(t), 'passphrase')
    await writeFile(file, `\ufeff ${'й ü'.normalize('NFD')} `)
    assert.equal(await passphraseForKey({ ...none, file }, 'key'), ` ${'й ü'.normalize('NFC')} `)
    assert.equal(await passphraseForKey({ ...none, environment: 'й'.normalize('NFD') }, 'key'), 'й'.normalize('NFC'))
  })

  it('is PASSPHRASE_NEEDED where nothing gives one', async () => {
    await assert.rejects(passphraseForKey(none, 'key'), fails('PASSPHRASE_NEEDED'))
    await assert.rejects(passphraseForKey({ ...none, terminal: typing() }, 'key'), fails('PASSPHRASE_NEEDED'))
    await assert.rejects(passphraseForKey({ ...none, terminal: typing('') }, 'key'), fails('PASSPHRASE_NEEDED'))
  })

  it('does not go on to another source when the file that was named is of no use', async (t) => {
    const directory = await temporaryDirectory(t)
    const sources = { environment: 'other', terminal: typing('other') }
    await assert.rejects(
      passphraseForKey({ ...sources, file: join(directory, 'missing') }, 'key'),
      fails('PASSPHRASE_NEEDED'),
    )
    await assert.rejects(passphraseForKey({ ...sources, file: directory }, 'key'), fails('STORE_UNREADABLE'))
    for (const content of ['', '\nsecond', Buffer.from([0xff, 0xfe, 0x41]), 'x'.repeat(5000)]) {
      const file = join(directory, 'passphrase')
      await writeFile(file, content)
      await assert.rejects(passphraseForKey({ ...sources, file }, 'key'), fails('PASSPHRASE_NEEDED'))
    }
    assert.deepEqual(sources.terminal.questions, [])
  })
})

describe('passphraseForNewKey', () => {
  it('asks twice and takes it only when both agree', async () => {
    assert.equal(
      await passphraseForNewKey({ ...none, terminal: typing('long enough', 'long enough') }, 'key'),
      'long enough',
    )
    await assert.rejects(
      passphraseForNewKey({ ...none, terminal: typing('long enough', 'long enuogh') }, 'key'),
      fails('PASSPHRASE_NEEDED'),
    )
    await assert.rejects(
      passphraseForNewKey({ ...none, terminal: typing('long enough') }, 'key'),
      fails('PASSPHRASE_NEEDED'),
    )
    await assert.rejects(passphraseForNewKey({ ...none, terminal: typing('') }, 'key'), fails('PASSPHRASE_NEEDED'))
    await assert.rejects(passphraseForNewKey(none, 'key'), fails('PASSPHRASE_NEEDED'))
  })

  it('refuses fewer than eight characters from any source, counted as people count', async () => {
    await assert.rejects(passphraseForNewKey({ ...none, environment: '7 chars' }, 'key'), fails('PASSPHRASE_TOO_SHORT'))
    await assert.rejects(
      passphraseForNewKey({ ...none, environment: '𠀀𠀀𠀀𠀀' }, 'key'),
      fails('PASSPHRASE_TOO_SHORT'),
    )
    await assert.rejects(
      passphraseForNewKey({ ...none, terminal: typing('short', 'short') }, 'key'),
      fails('PASSPHRASE_TOO_SHORT'),
    )
    assert.equal(await passphraseForNewKey({ ...none, environment: '8 chars!' }, 'key'), '8 chars!')
  })
})

describe('openTerminal', () => {
  it('is no terminal unless a person can read and type', () => {
    const { input, output } = aTerminal()
    assert.equal(openTerminal(new PassThrough(), output), undefined)
    assert.equal(openTerminal(input, new PassThrough()), undefined)
  })

  it('reads a line without showing it, with Backspace, and switches the echo on again', async () => {
    const { input, output } = aTerminal()
    const asked = openTerminal(input, output)?.askSecret('Passphrase: ')
    input.write('secrex\x7ft\r')
    assert.equal(await asked, 'secret')
    assert.equal(output.read(), 'Passphrase: \n')
    assert.deepEqual(input.rawModes, [true, false])
    assert.equal(input.isPaused(), true)
  })

  it('can be asked twice', async () => {
    const { input, output } = aTerminal()
    const terminal = openTerminal(input, output)
    for (const line of ['one', 'two']) {
      const asked = terminal?.askSecret('? ')
      input.write(`${line}\r`)
      assert.equal(await asked, line)
    }
  })

  it('gives up at Ctrl-D and is interrupted by Ctrl-C', async () => {
    const { input, output } = aTerminal()
    const terminal = openTerminal(input, output)
    const ended = terminal?.askSecret('? ')
    input.write('\x04')
    assert.equal(await ended, undefined)
    const interrupted = terminal?.askSecret('? ')
    input.write('abc\x03')
    await assert.rejects(Promise.resolve(interrupted), { name: 'AbortError' })
  })
})
