import { ManifestError } from '../../../src/manifest/errors.ts'
import { foldLog } from '../../../src/manifest/fold.ts'
import { buildIndex } from '../../../src/manifest/index-build.ts'
import { lookupInShard } from '../../../src/manifest/index-lookup.ts'
import { parseShard } from '../../../src/manifest/index-shard.ts'
import { memoryState } from '../../../src/manifest/memory-state.ts'
import { leafHash } from '../../../src/manifest/merkle.ts'
import { aBundle, aGenesis, aPolicy, aWithdrawal, CONTEXT, entriesOf, sha256 } from '../../fakes/manifest-log.ts'

const KEY = aBundle(1).originals[0]?.key ?? ''
const entries = entriesOf(aGenesis(), aBundle(1), aBundle(2, { originals: aBundle(1).originals }), aWithdrawal(2), aPolicy())

/** Shard files; §5.6. */
export function shardCases(): object[] {
  const good = shardText()
  const lines = good.split('\n')
  const blank = lines.indexOf('')
  const replaced = (line: number, text: string): string => lines.with(line, text).join('\n')
  const swapped = (line: number): string => lines.toSpliced(line, 2, lines[line + 1] ?? '', lines[line] ?? '').join('\n')
  const [row, entry] = [lines[1] ?? '', lines[blank + 1] ?? '']
  const refused: [name: string, text: string][] = [
    ['another header', replaced(0, 'holdfast/index-shard/v2 0 0')],
    ['another number', replaced(0, 'holdfast/index-shard/v1 0 1')],
    ['a number with a leading zero', replaced(0, 'holdfast/index-shard/v1 0 00')],
    ['no line end at the end', good.slice(0, -1)],
    ['an empty line more', `${good}\n`],
    ['carriage returns', good.replaceAll('\n', '\r\n')],
    ['no empty line', lines.toSpliced(blank, 1).join('\n')],
    ['rows that do not ascend', swapped(1)],
    ['a row twice', lines.toSpliced(1, 0, row).join('\n')],
    ['a row key in capitals', replaced(1, row.toUpperCase())],
    ['a row without indices', replaced(1, row.slice(0, 65))],
    ['a row with an index twice', replaced(1, `${row},${row.split(',').at(-1)?.split(' ').at(-1)}`)],
    ['a row with an index with a leading zero', replaced(1, row.replace(/ /, ' 0'))],
    ['a row that names an entry that is not there', replaced(1, `${row},9`)],
    ['a row with a third word', replaced(1, `${row} x`)],
    ['entries that do not ascend', swapped(blank + 1)],
    ['an entry twice', lines.toSpliced(blank + 1, 0, entry).join('\n')],
    ['an entry that no row needs', `${good}9 - ${new TextDecoder().decode(entriesOf(aBundle(3))[0])}\n`],
    ['an entry without path', replaced(blank + 1, entry.replace(' - ', ' '))],
    ['a path that is too short', replaced(blank + 1, entry.replace(' - ', ` ${'A'.repeat(43)}= `))],
    ['a path that is not canonical base64', replaced(blank + 1, entry.replace(' - ', ` ${`${'A'.repeat(42)}B=`.repeat(8)} `))],
    ['nothing', ''],
  ]
  return [
    found('a shard', good, KEY),
    found('a key that is not there', good, 'youtube:video:zzzzzzzzzzz'),
    ...refused.map(([name, text]) => refusedCase(name, text)),
    refusedCase('a key of another shard', good.replace('v1 0 0', 'v1 1 1'), { bits: 1, number: 1 }),
  ]
}

function found(name: string, text: string, original: string): object {
  const views = lookupInShard(parseShard(new TextEncoder().encode(text), { bits: 0, number: 0 }), 'original', original, CONTEXT)
  return { name, rule: '§5.6', bits: 0, number: 0, text, code: null, original, found: views.map(({ id, state }) => ({ id, state })) }
}

function refusedCase(name: string, text: string, shard: { bits: number; number: number } = { bits: 0, number: 0 }): object {
  try {
    parseShard(new TextEncoder().encode(text), shard)
  } catch (error) {
    if (error instanceof ManifestError && error.code === 'INDEX_MALFORMED') return { name, rule: '§5.6', ...shard, text, code: error.code }
    throw error
  }
  throw new Error(`the vector "${name}" does not hold`)
}

function shardText(): string {
  const state = memoryState()
  const entryBytes = (index: number): Uint8Array => entries[index] ?? new Uint8Array(0)
  foldLog(state, { size: entries.length, entryBytes }, CONTEXT)
  const log = { state, entryBytes, leafHashAt: (index: number) => leafHash(sha256, entryBytes(index)) }
  for (const { path, bytes } of buildIndex(log, entries.length, sha256)) {
    if (path.startsWith('index/shard/')) return new TextDecoder().decode(bytes)
  }
  throw new Error('the index has no shard')
}
