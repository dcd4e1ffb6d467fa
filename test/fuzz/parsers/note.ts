import assert from 'node:assert/strict'
import { formatSignedNote, MAX_NOTE_BYTES, parseSignedNote } from '../../../src/manifest/note.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'
import { tlogSeeds } from '../vector-seeds.ts'

/** Signed notes: an accepted one is written again with the same bytes. */
export const note: FuzzTarget = {
  name: 'signed note',
  share: 60_000,
  codes: ['NOTE_MALFORMED'],
  words: ['\n\n— ', '\n— ', ' AAAAAAA=', 'archive.example/manifest', '\n\n'],
  maxBytes: MAX_NOTE_BYTES + 16,
  seeds: () => tlogSeeds('notes.jsonl'),
  run(input) {
    const { text, signatures } = parseSignedNote(input)
    assert.deepEqual(Buffer.from(formatSignedNote(text, signatures)), Buffer.from(input))
    return ACCEPTED
  },
}
