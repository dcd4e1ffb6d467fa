import assert from 'node:assert/strict'
import { parseShard, shardEvidence } from '../../../src/manifest/index-shard.ts'
import { sha256 } from '../../fakes/manifest-log.ts'
import { readManifestCases } from '../../unit/manifest/manifest-vectors.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'

interface ShardCase {
  readonly name: string
  readonly rule: string
  readonly text: string
  readonly code?: string | null
}

/** Shards of the index: strict, so the same content has the same bytes. */
export const indexShard: FuzzTarget = {
  name: 'index shard',
  share: 30_000,
  codes: ['INDEX_MALFORMED'],
  words: ['holdfast/index-shard/v1 0 0\n', '\n\n', ' - {', ',', ' 1,2,3\n', '\n0 - {"type":"genesis/1"}\n'],
  maxBytes: 4 * 1024 * 1024 + 16,
  seeds: () =>
    readManifestCases<ShardCase>('shards')
      .filter(({ text }) => text.length < 20_000)
      .flatMap(({ text, code }) => Array.from({ length: code == null ? 8 : 1 }, () => Buffer.from(text))),
  run(input) {
    const shard = parseShard(input, { bits: 0, number: 0 })
    assert.equal(shardEvidence(shard, sha256).length, shard.entries.size)
    assert.equal(writtenAgain(shard), Buffer.from(input).toString('utf8'))
    return ACCEPTED
  },
}

function writtenAgain({ rows, entries }: ReturnType<typeof parseShard>): string {
  const lines = [
    'holdfast/index-shard/v1 0 0',
    ...[...rows.values()].map(({ key, indices }) => `${key} ${indices.join(',')}`),
    '',
    ...[...entries.values()].map(({ index, bytes, path }) => {
      const way = path === undefined ? '-' : path.map((hash) => Buffer.from(hash).toString('base64')).join('')
      return `${index} ${way} ${Buffer.from(bytes).toString('utf8')}`
    }),
  ]
  return `${lines.join('\n')}\n`
}
