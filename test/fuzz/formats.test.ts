import { fuzzed } from './fuzzed.ts'
import { checkpoint } from './parsers/checkpoint.ts'
import { indexShard } from './parsers/index-shard.ts'
import { nameRecord } from './parsers/name-record.ts'
import { note } from './parsers/note.ts'
import { policy } from './parsers/policy.ts'
import { proof } from './parsers/proof.ts'
import { signedHead } from './parsers/signed-head.ts'
import { statement } from './parsers/statement.ts'
import { entryBundle, tile } from './parsers/tiles.ts'
import { vkey } from './parsers/vkey.ts'

fuzzed('formats of the manifest', [
  note,
  checkpoint,
  vkey,
  policy,
  signedHead,
  proof,
  statement,
  entryBundle,
  tile,
  indexShard,
  nameRecord,
])
