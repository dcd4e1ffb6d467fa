import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { type BundleTable, type NewVersion, openBundleTable } from '../../../src/store/catalogue/bundles.ts'
import { type Decisions, openDecisions } from '../../../src/store/catalogue/decisions.ts'
import { openSeenFiles, type SeenFile } from '../../../src/store/catalogue/seen.ts'
import { openStandings, type Standings } from '../../../src/store/catalogue/standing.ts'
import { openDatabase } from '../../../src/store/database.ts'
import type { StateDatabase } from '../../../src/store/state-database.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const AT = '2026-04-01T08:00:00Z'
const multihash = (word: string): Uint8Array => new TextEncoder().encode(`multihash of ${word}`)

interface Catalogue {
  readonly db: StateDatabase
  readonly bundles: BundleTable
  readonly decisions: Decisions
  readonly standings: Standings
  /** Statements under the head that others see. */
  published: number
}

async function aCatalogue(context: TestContext): Promise<Catalogue> {
  const db = await openDatabase(await temporaryDirectory(context), { create: true })
  context.after(() => db.close())
  const catalogue: Catalogue = {
    db,
    bundles: openBundleTable(db, () => catalogue.published),
    decisions: openDecisions(db),
    standings: openStandings(db, () => catalogue.published),
    published: 0,
  }
  return catalogue
}

/** A content with one place where it lies. */
function aContent(db: StateDatabase, id: number): number {
  const hash = new Uint8Array(32).fill(id)
  db.prepare('INSERT INTO content (id, cid, bytes, sha256, digests) VALUES (?, ?, 3, ?, ?)').run(
    id,
    multihash(`cid ${id}`),
    hash,
    hash,
  )
  db.prepare(
    'INSERT INTO location (path, content, dev, ino, size, mtime_ns, ctime_ns) VALUES (?, ?, 1, ?, 3, 1, 1)',
  ).run(`/archive/${id}`, id, id)
  return id
}

function aVersion(root: string, content: number, given: Partial<NewVersion> = {}): NewVersion {
  return {
    ...{
      root,
      document: '{}',
      filesSha256: 'f'.repeat(64),
      bytes: 3,
      blocks: [multihash(root)],
      privateFiles: [],
      keys: [`youtube:video:${root}`],
    },
    files: [{ path: 'video.mp4', content, role: 'video', mediaType: 'video/mp4' }],
    ...given,
  }
}

function insert(
  { bundles }: Catalogue,
  id: string,
  version: NewVersion,
  source: string = `/archive/${id}.info.json`,
): void {
  const bundle = {
    id,
    layout: 'yt-dlp',
    sourcePath: source,
    access: 'public',
    accessReason: 'said so',
    accessBy: 'source',
    asGiven: '{}',
  } as const
  bundles.insert(bundle, version, AT)
}

describe('the catalogue', () => {
  it('finds a bundle by id, root, key, content and source, and knows nothing else', async (t) => {
    const catalogue = await aCatalogue(t)
    const { bundles, db } = catalogue
    insert(catalogue, 'b', aVersion('root-b', aContent(db, 1)))
    insert(catalogue, 'a', aVersion('root-a', aContent(db, 2), { keys: ['youtube:video:root-b', 'x:post:1'] }))
    assert.deepEqual(
      [...bundles.all()].map(({ id }) => id),
      ['a', 'b'],
    )
    assert.equal(bundles.count(), 2)
    assert.equal(bundles.get('a')?.root, 'root-a')
    assert.deepEqual(bundles.idsOfKey('youtube:video:root-b'), ['a', 'b'])
    assert.deepEqual(bundles.idsOfFile(multihash('cid 1')), ['b'])
    assert.equal(bundles.idOfRoot('root-a'), 'a')
    assert.equal(bundles.idAtSource('/archive/b.info.json'), 'b')
    const nothing = [bundles.get('c'), bundles.idOfRoot('c'), bundles.idAtSource('c'), bundles.hasVersion('c')]
    assert.deepEqual(nothing, [undefined, undefined, undefined, false])
  })

  it('has one bundle of an id and one of a root', async (t) => {
    const catalogue = await aCatalogue(t)
    const content = aContent(catalogue.db, 1)
    insert(catalogue, 'a', aVersion('root-a', content))
    assert.throws(() => insert(catalogue, 'a', aVersion('other', content)), /UNIQUE/)
    assert.throws(() => insert(catalogue, 'b', aVersion('root-a', content)), /UNIQUE/)
  })

  it('calls a bundle published only once a head that others see covers it', async (t) => {
    const catalogue = await aCatalogue(t)
    const { bundles, decisions, db } = catalogue
    const state = (): string | undefined => bundles.get('a')?.state
    insert(catalogue, 'a', aVersion('root-a', aContent(db, 1)))
    assert.equal(state(), 'added')
    decisions.setAccess('a', 'hold', 'somebody', 'asked to', AT)
    assert.equal(state(), 'held')
    bundles.setLogIndex('root-a', 7)
    catalogue.published = 7
    assert.equal(state(), 'held')
    catalogue.published = 8
    assert.equal(state(), 'published')
    db.exec("UPDATE location SET state = 'missing'")
    assert.equal(state(), 'missing')
    decisions.withdraw('a', 'somebody', 'publisher', '', AT)
    assert.equal(state(), 'withdrawn')
  })

  it('keeps every version, with the newest apart, and forgets indexes that were taken back', async (t) => {
    const catalogue = await aCatalogue(t)
    const { bundles, db } = catalogue
    insert(catalogue, 'a', aVersion('root-1', aContent(db, 1)))
    bundles.setLogIndex('root-1', 2)
    bundles.addVersion('a', aVersion('root-2', aContent(db, 2), { bytes: 9 }), AT)
    assert.deepEqual([bundles.get('a')?.root, bundles.get('a')?.bytes], ['root-2', 9])
    assert.deepEqual([bundles.get('a')?.logIndex, bundles.get('a')?.newestIndex], [undefined, 2])
    bundles.setLogIndex('root-2', 5)
    bundles.addOlderVersion('a', aVersion('root-0', aContent(db, 3)), AT)
    assert.equal(bundles.get('a')?.root, 'root-2')
    bundles.forgetLogIndexes(3)
    assert.deepEqual([bundles.get('a')?.logIndex, bundles.get('a')?.newestIndex], [undefined, 2])
    bundles.setNewest('a', 'root-1')
    assert.equal(bundles.get('a')?.logIndex, 2)
    assert.deepEqual(
      bundles.files('root-2').map(({ path, content }) => [path, content]),
      [['video.mp4', 2]],
    )
  })

  it('keeps every decision with who and why, and the first time of a withdrawal', async (t) => {
    const catalogue = await aCatalogue(t)
    const { bundles, decisions, db } = catalogue
    insert(catalogue, 'a', aVersion('root-a', aContent(db, 1)))
    decisions.setAccess('a', 'hold', 'Aigul', 'family asked', AT)
    decisions.acceptFindings('a', ['one', 'two'], 'Aigul', AT)
    decisions.withdraw('a', 'Aigul', 'legal', 'a letter', AT)
    decisions.withdraw('a', 'Bolat', 'publisher', '', '2027-01-01T00:00:00Z')
    assert.deepEqual(
      decisions.of('a').map(({ by, what, reason }) => [by, what, reason]),
      [
        ['Aigul', 'hold', 'family asked'],
        ['Aigul', 'accept-findings', 'one two'],
        ['Aigul', 'withdraw', 'legal: a letter'],
        ['Bolat', 'withdraw', 'publisher'],
      ],
    )
    assert.deepEqual(bundles.get('a')?.acceptedFindings, ['one', 'two'])
    assert.equal(bundles.get('a')?.withdrawnAt, AT)
    assert.deepEqual(decisions.of('b'), [])
  })
})

describe('what is served', () => {
  it('is what a published bundle holds, from the head that shows it until it is withdrawn', async (t) => {
    const catalogue = await aCatalogue(t)
    const { bundles, decisions, standings, db } = catalogue
    const content = aContent(db, 1)
    insert(catalogue, 'a', aVersion('root-a', content))
    const standing = (): readonly string[] => [
      standings.ofSmallBlock(multihash('root-a')),
      standings.ofContent(content),
    ]
    assert.deepEqual(standing(), ['unknown', 'unknown'])
    bundles.setLogIndex('root-a', 2)
    assert.deepEqual(standing(), ['unknown', 'unknown'])
    catalogue.published = 3
    assert.deepEqual(standing(), ['served', 'served'])
    decisions.withdraw('a', 'somebody', 'publisher', '', AT)
    assert.deepEqual(standing(), ['withdrawn', 'withdrawn'])
  })

  it('stays served while one bundle that holds it does, and is gone for legal reasons only if for no other', async (t) => {
    const catalogue = await aCatalogue(t)
    const { bundles, decisions, standings, db } = catalogue
    const shared = aContent(db, 1)
    for (const id of ['a', 'b']) {
      insert(catalogue, id, aVersion(`root-${id}`, shared))
      bundles.setLogIndex(`root-${id}`, 1)
    }
    catalogue.published = 9
    decisions.withdraw('a', 'somebody', 'legal', '', AT)
    assert.equal(standings.ofContent(shared), 'served')
    assert.equal(standings.ofSmallBlock(multihash('root-a')), 'withdrawn-legal')
    decisions.withdraw('b', 'somebody', 'publisher', '', AT)
    assert.equal(standings.ofContent(shared), 'withdrawn')
  })
})

describe('what intake has seen', () => {
  const file = (name: string, given: Partial<SeenFile> = {}): SeenFile => ({
    ...{
      path: `/archive/${name}`,
      dev: 1n,
      ino: 7n,
      size: 3n,
      mtimeNs: 10n,
      ctimeNs: 11n,
      outcome: 'taken',
      bundle: 'a',
    },
    ...given,
  })

  it('lets a directory pass that is as it was, with its bundles', async (t) => {
    const seen = openSeenFiles((await aCatalogue(t)).db)
    const files = [file('one'), file('two', { outcome: 'ignored', ino: 2n ** 63n + 1n, dev: 2n ** 64n - 1n })]
    assert.equal(seen.unchanged('/archive', files), undefined)
    seen.remember('/archive', [files[0] ?? file('one'), { ...(files[1] ?? file('two')), bundle: 'b' }])
    assert.deepEqual(seen.unchanged('/archive', files), { bundles: new Set(['a', 'b']), ignored: 1 })
    assert.equal(seen.unchanged('/other', files), undefined)
  })

  it('looks again at one in which anything changed, came, went or had failed', async (t) => {
    const seen = openSeenFiles((await aCatalogue(t)).db)
    const files = [file('one'), file('two')]
    seen.remember('/archive', files)
    const others: readonly SeenFile[][] = [
      ...(['size', 'mtimeNs', 'ctimeNs', 'ino', 'dev'] as const).map((field) => [
        file('one'),
        file('two', { [field]: 99n }),
      ]),
      [file('one')],
      [file('one'), file('two'), file('three')],
      [file('one'), file('three')],
      [],
    ]
    for (const other of others) assert.equal(seen.unchanged('/archive', other), undefined)
    seen.remember('/archive', [file('one'), file('two', { outcome: 'failed' })])
    assert.equal(seen.unchanged('/archive', files), undefined)
    seen.remember('/archive', [file('one')])
    assert.deepEqual(seen.unchanged('/archive', [file('one')])?.bundles, new Set(['a']))
  })
})
