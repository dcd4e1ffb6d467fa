import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import { DiskError } from '../../../src/disk/errors.ts'
import { diskAt, isDiskPath, MARKER, markerText, requireDisk } from '../../../src/disk/layout.ts'
import { formatSums, readSeal, sealLines } from '../../../src/disk/seal.ts'
import { DISK_LANGUAGES, readmeText } from '../../../src/disk/texts.ts'

const path = mkdtempSync(join(tmpdir(), 'holdfast-disk-'))
after(() => rmSync(path, { recursive: true }))
let count = 0

function aDirectory(files: Readonly<Record<string, string>> = {}): string {
  count += 1
  const directory = join(path, String(count))
  mkdirSync(directory)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  return directory
}

const isDiskError = (code: string) => (error: unknown) => error instanceof DiskError && error.code === code
const SHA256 = 'a'.repeat(64)

async function linesOf(seal: string): Promise<readonly { path: string; sha256: string }[]> {
  const lines: { path: string; sha256: string }[] = []
  for await (const line of sealLines(aDirectory({ SHA256SUMS: seal }))) lines.push(line)
  return lines
}

describe('names on a disk', () => {
  it('are those that FAT takes and that stay below the directory', () => {
    for (const good of [
      'README.txt',
      'manifest/tile/entries/x001/234.p/7',
      'manifest/index/shard/-/0f',
      'cars/aa/bafy.1.car',
    ])
      assert.ok(isDiskPath(good), good)
    for (const bad of [
      ...[
        '',
        '/etc/passwd',
        '../x',
        'a/../b',
        'a//b',
        'a/',
        './a',
        '.hidden',
        'a.',
        'b/a.',
        'A',
        'a b',
        'a:b',
        'a\\b',
        'a?',
        'ä',
      ],
      ...[
        'con',
        'aux.txt',
        'cars/nul',
        'com1.checkpoint',
        'lpt9',
        'a'.repeat(256),
        'a/'.repeat(20).concat('a'),
        'a\nb',
        'readme.TXT',
      ],
    ])
      assert.ok(!isDiskPath(bad), bad)
  })

  it('are not left to a directory that is something else, or a link', async () => {
    assert.equal(await diskAt(join(path, 'nowhere')), undefined)
    assert.equal(await diskAt(aDirectory()), 'empty')
    const used = aDirectory()
    mkdirSync(join(used, 'System Volume Information'))
    assert.equal(await diskAt(used), 'empty')
    assert.deepEqual(await diskAt(aDirectory({ [MARKER]: markerText('archive.example/t'), other: 'x' })), {
      origin: 'archive.example/t',
    })
    await assert.rejects(diskAt(aDirectory({ 'holiday.jpg': '' })), isDiskError('DISK_FOREIGN'))
    await assert.rejects(diskAt(join(aDirectory({ file: '' }), 'file')), isDiskError('DISK_FOREIGN'))
    const linked = join(path, 'linked')
    symlinkSync(aDirectory(), linked)
    await assert.rejects(diskAt(linked), isDiskError('DISK_FOREIGN'))
    for (const text of [
      '',
      'holdfast/disk/v2\na\n',
      'holdfast/disk/v1\na b\n',
      'holdfast/disk/v1\na\nmore\n',
      'holdfast/disk/v1\na',
    ])
      await assert.rejects(
        requireDisk(aDirectory({ [MARKER]: text })),
        isDiskError('DISK_MISSING'),
        JSON.stringify(text),
      )
    const marker = aDirectory()
    symlinkSync('/etc/hostname', join(marker, MARKER))
    await assert.rejects(requireDisk(marker), isDiskError('DISK_MISSING'))
  })
})

describe('the seal of a disk', () => {
  it('is read as it was written, whatever it names', async () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_-]{1,20}$/u).filter(isDiskPath)
    const paths = fc.array(
      fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
      { maxLength: 50 },
    )
    await fc.assert(
      fc.asyncProperty(paths, async (all) => {
        const sums = new Map(all.map((each, i) => [each, String(i).padStart(64, '0')]))
        const lines = await linesOf(formatSums(sums))
        assert.deepEqual(new Map(lines.map(({ path: each, sha256 }) => [each, sha256])), sums)
        assert.deepEqual(
          lines.map((line) => line.path),
          [...sums.keys()].sort(),
        )
      }),
      { numRuns: 30 },
    )
  })

  it('longer than what is read at a time has each line once', async () => {
    const sums = new Map(Array.from({ length: 3_000 }, (_, i) => [`manifest/tile/${i}`, String(i).padStart(64, '0')]))
    assert.equal((await linesOf(formatSums(sums))).length, 3_000)
  })

  it('is refused where a line is none, leads elsewhere, or does not end', async () => {
    for (const bad of [
      `${SHA256}  ../../etc/passwd\n`,
      `${SHA256}  /etc/passwd\n`,
      `${SHA256} manifest\n`,
      'x'.repeat(100_000),
      `${SHA256}  manifest`,
      `${SHA256.toUpperCase()}  manifest\n`,
      `\\${SHA256}  a\n`,
      '\n',
      '\0'.repeat(500),
    ])
      await assert.rejects(linesOf(bad), isDiskError('DISK_MALFORMED'), bad.slice(0, 80))
    assert.deepEqual(await readSeal(aDirectory({ SHA256SUMS: 'nonsense\n' })), new Map())
    assert.deepEqual(await readSeal(aDirectory()), new Map())
  })
})

describe('the README of a disk', () => {
  const facts = { origin: 'archive.example/testimony', vkey: 'archive.example/testimony+0123abcd+AAAA' }
  for (const language of DISK_LANGUAGES) {
    it(`in ${language} names the log and its key, how to check and to use it, and no place of this computer`, () => {
      const text = readmeText(language, facts)
      for (const needed of [
        facts.origin,
        facts.vkey,
        'sha256sum -c',
        'ipfs dag import',
        'holdfast import',
        'cosignatures/',
      ])
        assert.ok(text.includes(needed), needed)
      assert.doesNotMatch(text, /\/(home|tmp|media|mnt|Users|work)\b/u)
      assert.deepEqual(
        text.split('\n').filter((line) => line.length > 120),
        [],
      )
      assert.ok(text.endsWith('\n'))
      assert.equal(readmeText(language, facts), text, 'it does not change from run to run')
    })
  }
})
