import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { openDatabase } from '../../../src/store/database.ts'
import { type Journal, openJournal } from '../../../src/store/journal.ts'
import type { StateDatabase } from '../../../src/store/state-database.ts'
import { transaction } from '../../../src/store/transaction.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const AT = '2026-04-01T08:00:00Z'
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const head = (size: number, word: string = 'a'): { size: number; root: Uint8Array } => ({
  size,
  root: bytes(word.repeat(32)),
})

async function aJournal(context: TestContext): Promise<{ journal: Journal; db: StateDatabase; home: string }> {
  const home = await temporaryDirectory(context)
  const db = await openDatabase(home, { create: true })
  context.after(() => db.close())
  return { journal: openJournal(db), db, home }
}

describe('the journal of the log', () => {
  it('gives each statement the next index and its own bytes back, also to another process', async (t) => {
    const { journal, home } = await aJournal(t)
    assert.equal(journal.size(), 0)
    assert.deepEqual(
      ['genesis', 'one', 'two'].map((text) => journal.append(bytes(text))),
      [0, 1, 2],
    )
    const other = await openDatabase(home, { readOnly: true })
    try {
      const reader = openJournal(other)
      assert.equal(reader.size(), 3)
      assert.deepEqual(new Uint8Array(reader.entry(1)), bytes('one'))
      assert.deepEqual(
        Array.from(reader.entries(1, 9), ({ index }) => index),
        [1, 2],
      )
      assert.deepEqual([...reader.entries(3, 9)], [])
    } finally {
      other.close()
    }
  })

  it('never answers for an index that was not given out', async (t) => {
    const { journal } = await aJournal(t)
    journal.append(bytes('genesis'))
    for (const index of [1, -1, 0.5]) assert.throws(() => journal.entry(index), RangeError)
  })

  it('gives an index out again only when the transaction that took it was rolled back', async (t) => {
    const { journal, db } = await aJournal(t)
    journal.append(bytes('genesis'))
    assert.throws(() =>
      transaction(db, () => {
        assert.equal(journal.append(bytes('lost')), 1)
        throw new Error('crash')
      }),
    )
    assert.equal(journal.append(bytes('kept')), 1)
    assert.deepEqual(new Uint8Array(journal.entry(1)), bytes('kept'))
  })

  it('decides a head once: the second of two that both saw the same head before is refused', async (t) => {
    const { journal, home } = await aJournal(t)
    assert.equal(journal.signed(), undefined)
    const db = await openDatabase(home)
    t.after(() => db.close())
    const other = openJournal(db)
    assert.equal(journal.swapSigned(undefined, head(2), AT), true)
    assert.equal(other.swapSigned(undefined, head(3), AT), false)
    assert.equal(other.swapSigned(head(2, 'b'), head(3), AT), false, 'another root is another head')
    assert.equal(other.swapSigned(head(1), head(3), AT), false)
    assert.deepEqual(plain(journal), { ...head(2), note: undefined, at: AT })
    assert.equal(other.swapSigned(head(2), head(3), AT), true)
  })

  it('keeps a note with the head that it signs, and forgets it with the next decision', async (t) => {
    const { journal } = await aJournal(t)
    journal.swapSigned(undefined, head(2), AT)
    journal.attachNote(9, bytes('of another size'))
    assert.equal(journal.signed()?.note, undefined)
    journal.attachNote(2, bytes('signed'))
    assert.deepEqual(plain(journal), { ...head(2), note: bytes('signed'), at: AT })
    journal.swapSigned(head(2), head(4), AT)
    assert.equal(journal.signed()?.note, undefined)
  })

  it('takes back what is only sequenced, and nothing that a head was signed over', async (t) => {
    const { journal } = await aJournal(t)
    for (const text of ['genesis', 'one', 'two', 'three']) journal.append(bytes(text))
    journal.swapSigned(undefined, head(2), AT)
    journal.truncate(3)
    assert.equal(journal.size(), 3)
    journal.attachNote(2, bytes('signed'))
    assert.throws(() => journal.truncate(1), RangeError)
    assert.equal(journal.size(), 3)
    journal.truncate(2)
    assert.equal(journal.append(bytes('other')), 2)
  })
})

/** Bytes of SQLite as plain arrays, for comparison. */
function plain(journal: Journal): object {
  const signed = journal.signed() ?? assert.fail('no head was decided')
  return {
    ...signed,
    root: new Uint8Array(signed.root),
    note: signed.note === undefined ? undefined : new Uint8Array(signed.note),
  }
}
