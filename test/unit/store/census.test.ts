import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { census } from '../../../src/store/catalogue/census.ts'
import { SCHEMA_VERSIONS } from '../../../src/store/schema.ts'

interface Row {
  readonly access?: 'public' | 'hold'
  /** Index of its statement; undefined: not sequenced. */
  readonly index?: number
  readonly withdrawn?: boolean
  /** States of the places of each of its files. */
  readonly files: readonly (readonly string[])[]
}

/** A catalogue with these bundles; contents are numbered from 1 in the order of the files. */
function catalogueOf(rows: readonly Row[]): DatabaseSync {
  const db = new DatabaseSync(':memory:')
  for (const statements of SCHEMA_VERSIONS) db.exec(statements)
  const bundle = db.prepare(
    `INSERT INTO bundle (id, layout, source_path, root, access, access_reason, access_by, access_at, as_given, added_at, withdrawn_at)
     VALUES (?, '', '', ?, ?, '', '', '', '', '', ?)`,
  )
  const version = db.prepare(
    "INSERT INTO version (root, id, document, files_sha256, bytes, log_index, added_at) VALUES (?, ?, '', '', 1, ?, '')",
  )
  const content = db.prepare("INSERT INTO content VALUES (?, ?, 1, x'00', x'00')")
  const location = db.prepare("INSERT INTO location VALUES (?, ?, 1, 1, 1, 1, 1, ?, '')")
  const file = db.prepare(
    "INSERT INTO version_file (root, path, content, role, media_type) VALUES (?, ?, ?, 'video', '')",
  )
  let last = 0
  for (const [i, { access = 'public', index, withdrawn = false, files }] of rows.entries()) {
    bundle.run(`b${i}`, `r${i}`, access, withdrawn ? 'then' : null)
    version.run(`r${i}`, `b${i}`, index ?? null)
    for (const states of files) {
      last += 1
      content.run(last, Buffer.from([last]))
      for (const [n, state] of states.entries()) location.run(`/${last}/${n}`, last, state)
      file.run(`r${i}`, `${last}`, last)
    }
  }
  return db
}

describe('the census of a catalogue', () => {
  it('counts each bundle once, as others see it', () => {
    const db = catalogueOf([
      { index: 1, files: [] },
      { index: 4, access: 'hold', files: [] },
      { index: 5, files: [] },
      { index: 6, access: 'hold', files: [] },
      { files: [] },
      { access: 'hold', files: [] },
      { index: 2, withdrawn: true, files: [] },
      { access: 'hold', withdrawn: true, files: [] },
    ])
    assert.deepEqual(census(db, 5, []).bundles, { published: 2, held: 2, waiting: 2, withdrawn: 2 })
    assert.deepEqual(census(db, 0, []).bundles, { published: 0, held: 3, waiting: 3, withdrawn: 2 })
  })

  it('counts published files that lie in no sound place, and the bundles that are not whole for it', () => {
    const db = catalogueOf([
      { index: 1, files: [['ok'], ['damaged', 'ok'], ['missing', 'ok']] },
      { index: 2, files: [['damaged', 'missing'], ['changing', 'missing'], ['ok']] },
      { index: 3, files: [['missing'], [], ['changing', 'damaged']] },
      { index: 4, withdrawn: true, files: [['damaged']] },
      { access: 'hold', files: [['missing']] },
    ])
    const { files, notWhole } = census(db, 10, [])
    assert.deepEqual(files, { damaged: 2, changing: 1, missing: 2 })
    assert.equal(notWhole, 2)
    assert.equal(census(db, 10, [1, 2, 4]).notWhole, 3, 'what failed since counts beside it')
    assert.equal(census(db, 10, [10, 999]).notWhole, 2, 'what is withdrawn or unknown does not')
    assert.equal(census(db, 0, [1]).notWhole, 0)
  })

  it('counts a file that two bundles share in both, and once as a file', () => {
    const db = catalogueOf([
      { index: 1, files: [['damaged']] },
      { index: 2, files: [] },
    ])
    db.exec(
      "INSERT INTO version_file (root, path, content, role, media_type) VALUES ('r1', 'x', 1, 'video', ''), ('r1', 'y', 1, 'video', '')",
    )
    const { files, notWhole } = census(db, 3, [1])
    assert.deepEqual([files.damaged, notWhole], [1, 2])
  })

  it('looks at the newest version only', () => {
    const db = catalogueOf([{ index: 1, files: [['ok']] }])
    db.exec(`INSERT INTO version (root, id, document, files_sha256, bytes, log_index, added_at) VALUES ('older', 'b0', '', '', 1, 0, '');
      INSERT INTO content VALUES (9, x'99', 1, x'00', x'00');
      INSERT INTO version_file (root, path, content, role, media_type) VALUES ('older', 'x', 9, 'video', '')`)
    assert.deepEqual(census(db, 3, [9]), {
      bundles: { published: 1, held: 0, waiting: 0, withdrawn: 0 },
      files: { damaged: 0, changing: 0, missing: 0 },
      notWhole: 0,
    })
  })
})
