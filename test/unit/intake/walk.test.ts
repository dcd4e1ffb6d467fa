import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, renameSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { type WalkedDirectory, type WalkOptions, walk } from '../../../src/intake/walk.ts'
import { collect } from '../../fakes/collect.ts'
import { aFolder, type Folder } from '../../fakes/yt-dlp-folder.ts'

const signal = new AbortController().signal

async function walked(paths: readonly string[], options: Partial<WalkOptions> = {}): Promise<WalkedDirectory[]> {
  return collect(walk(paths, { signal, ...options }))
}

function relatives(units: readonly WalkedDirectory[]): string[] {
  return units.flatMap(({ files }) => files.map(({ relative }) => relative))
}

function codes(units: readonly WalkedDirectory[]): string[] {
  return units.flatMap(({ verdicts }) => verdicts.map(({ outcome, code }) => `${outcome} ${code}`))
}

/** Writes files with their own names as content. */
function aTree(...names: readonly string[]): Folder {
  const folder = aFolder()
  for (const name of names) {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true })
    writeFileSync(join(folder.path, name), name)
  }
  return folder
}

/** Runs without root's rights, so that permissions count. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return run()
  process.seteuid?.(65_534)
  try {
    return await run()
  } finally {
    process.seteuid?.(0)
  }
}

describe('walk', () => {
  it('yields one directory at a time, depth first and in the order of names', async () => {
    using tree = aTree('b/2', 'b/1', 'a/x/y', 'a/w', 'z')
    const units = await walked([tree.path])
    assert.deepEqual(relatives(units), ['z', 'a/w', 'a/x/y', 'b/1', 'b/2'])
    assert.deepEqual(
      units.map(({ path }) => path.slice(tree.path.length)),
      ['', '/a', '/a/x', '/b'],
    )
  })

  it('visits nothing twice when the given paths repeat or contain each other', async () => {
    using tree = aTree('a/1', 'a/b/2')
    const units = await walked([
      join(tree.path, 'a', 'b'),
      tree.path,
      `${tree.path}/a/../a/`,
      join(tree.path, 'a', '1'),
    ])
    assert.deepEqual(relatives(units), ['a/1', 'a/b/2'])
  })

  it('takes files given by themselves as one unit for each directory', async () => {
    using tree = aTree('a/1', 'a/2', 'b/1', 'b/unasked')
    const units = await walked([join(tree.path, 'a', '2'), join(tree.path, 'b', '1'), join(tree.path, 'a', '1')])
    assert.deepEqual(
      units.map(({ files }) => files.map(({ path }) => path.slice(tree.path.length + 1))),
      [['a/2', 'a/1'], ['b/1']],
    )
  })

  it('reports a missing path and goes on with the others', async () => {
    using tree = aTree('1')
    const units = await walked([join(tree.path, 'gone'), join(tree.path, '1', 'below-a-file'), join(tree.path, '1')])
    assert.deepEqual(codes(units), ['failed PATH_MISSING', 'failed PATH_MISSING'])
    assert.deepEqual(relatives(units), ['1'])
  })

  it('follows no link: to a file, to a directory, out of the tree, in a circle, or given by itself', async () => {
    using outside = aTree('secret', 'deep/secret')
    using tree = aTree('inside', 'sub/inside')
    for (const [name, target] of [
      ['file', join(outside.path, 'secret')],
      ['dir', outside.path],
      ['up', '..'],
      ['self', 'self'],
      ['gone', 'nowhere'],
    ] as const) {
      symlinkSync(target, join(tree.path, name))
    }
    const units = await walked([tree.path])
    assert.deepEqual(relatives(units), ['inside', 'sub/inside'])
    assert.deepEqual(codes(units), Array(5).fill('ignored LINK_NOT_FOLLOWED'))
    const [given] = await walked([join(tree.path, 'dir')])
    assert.equal(given?.verdicts[0]?.code, 'LINK_NOT_FOLLOWED')
    assert.match(given?.verdicts[0]?.hint ?? '', new RegExp(outside.path))
  })

  it('follows the links on the way to a given path, and says where it really lies', async () => {
    using real = aTree('sub/file')
    using other = aFolder()
    symlinkSync(real.path, join(other.path, 'link'))
    const units = await walked([join(other.path, 'link', 'sub')])
    assert.equal(units[0]?.path, join(real.path, 'sub'))
  })

  it('opens no FIFO, socket or device', async () => {
    using tree = aTree('file')
    execFileSync('mkfifo', [join(tree.path, 'fifo')])
    const server = createServer().listen(join(tree.path, 'socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      const units = await walked([tree.path, '/dev/zero'])
      assert.deepEqual(relatives(units), ['file'])
      assert.deepEqual(codes(units), Array(3).fill('ignored NOT_A_REGULAR_FILE'))
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })

  it('reports names that are not UTF-8 so that a person can find them, and sees the others', {
    skip: process.platform !== 'linux',
  }, async () => {
    using tree = aTree('good')
    const bad = Buffer.concat([Buffer.from(`${tree.path}/видео`), Buffer.from([0xff, 0xfe]), Buffer.from('.mp4')])
    writeFileSync(bad, 'x')
    const units = await walked([tree.path])
    assert.deepEqual(relatives(units), ['good'])
    assert.deepEqual(codes(units), ['failed NAME_NOT_UTF8'])
    assert.match(units[0]?.verdicts[0]?.path ?? '', /\\xff\\xfe\.mp4$/)
    assert.ok(units[0]?.verdicts[0]?.hint)
  })

  it('takes names with newlines, of 255 bytes, and twins that differ in normal form alone', {
    skip: process.platform !== 'linux',
  }, async () => {
    const names = ['a\nb', 'x'.repeat(255), 'й.mp4'.normalize('NFC'), 'й.mp4'.normalize('NFD')]
    using tree = aTree(...names)
    assert.deepEqual(new Set(relatives(await walked([tree.path]))), new Set(names))
  })

  it('reports an unreadable directory and goes on with the rest', async () => {
    using tree = aTree('a/1', 'b/2')
    chmodSync(tree.path, 0o755)
    chmodSync(join(tree.path, 'a'), 0o000)
    const units = await asNobody(() => walked([tree.path]))
    assert.deepEqual(codes(units), ['failed DIRECTORY_UNREADABLE'])
    assert.deepEqual(relatives(units), ['b/2'])
  })

  it('reports what lies too deep and directories that are too large, and goes on', async () => {
    using tree = aTree('a/b/c/1', 'many/1', 'many/2', 'many/3', 'z/1')
    assert.deepEqual(codes(await walked([tree.path], { maxDepth: 2 })), ['failed DIRECTORY_TOO_DEEP'])
    const units = await walked([tree.path], { maxEntries: 3 })
    assert.deepEqual(codes(await walked([join(tree.path, 'many'), join(tree.path, 'z')], { maxEntries: 2 })), [
      'failed DIRECTORY_TOO_LARGE',
    ])
    assert.deepEqual(relatives(units), ['a/b/c/1', 'many/1', 'many/2', 'many/3', 'z/1'])
  })

  it('stops when it is told to', async () => {
    using tree = aTree('a/1', 'b/2')
    const controller = new AbortController()
    const units = walk([tree.path], { signal: controller.signal })
    await units.next()
    controller.abort()
    await assert.rejects(units.next(), { name: 'AbortError' })
  })

  it('sees 3,000 files with their facts as bigints', async () => {
    using tree = aTree(...Array.from({ length: 3_000 }, (_, index) => `${index % 10}/${index}`))
    const files = (await walked([tree.path])).flatMap((unit) => unit.files)
    assert.equal(files.length, 3_000)
    assert.ok(files.every(({ stat, size }) => typeof stat.mtimeNs === 'bigint' && stat.size === BigInt(size)))
  })
})

describe('a walked file', () => {
  async function one(folder: Folder): Promise<WalkedDirectory['files'][number]> {
    const [unit] = await walked([folder.path])
    const file = unit?.files[0]
    assert.ok(file)
    return file
  }

  it('is read whole', async () => {
    using tree = aTree('file')
    assert.equal(new TextDecoder().decode(await (await one(tree)).read(4)), 'file')
  })

  it('is not read beyond the limit', async () => {
    using tree = aTree('file')
    await assert.rejects((await one(tree)).read(3), { name: 'IntakeError', code: 'SIDECAR_TOO_LARGE' })
  })

  const replacements: Readonly<Record<string, (path: string) => void>> = {
    'a link': (path) => symlinkSync('/etc/hostname', path),
    'a FIFO': (path) => void execFileSync('mkfifo', [path]),
    'another file of the same size': (path) => writeFileSync(path, 'elif'),
    nothing: () => undefined,
  }
  for (const [what, replace] of Object.entries(replacements)) {
    it(`is refused when ${what} took its place since the walk`, async () => {
      using tree = aTree('file')
      const file = await one(tree)
      renameSync(file.path, join(tree.path, 'aside'))
      replace(file.path)
      await assert.rejects(file.read(100), { name: 'IntakeError', code: 'SIDECAR_CHANGED' })
    })
  }

  it('is refused when it shrank or grew since the walk', async () => {
    using tree = aTree('file')
    const file = await one(tree)
    truncateSync(file.path, 2)
    await assert.rejects(file.read(100), { code: 'SIDECAR_CHANGED' })
    writeFileSync(file.path, 'file and more')
    await assert.rejects(file.read(100), { code: 'SIDECAR_CHANGED' })
  })

  it('is reported when it cannot be read', async () => {
    using tree = aTree('file')
    chmodSync(tree.path, 0o755)
    const file = await one(tree)
    chmodSync(file.path, 0o000)
    const again = await one(tree)
    await assert.rejects(
      asNobody(() => again.read(100)),
      { name: 'IntakeError', code: 'SIDECAR_UNREADABLE' },
    )
    unlinkSync(file.path)
  })
})
