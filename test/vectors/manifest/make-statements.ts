import { parseStatement, type Statement } from '../../../src/manifest/statement.ts'
import { ED25519_COSIGNATURE, formatVkey } from '../../../src/manifest/vkey.ts'
import {
  aBundle,
  aCopy,
  aGenesis,
  ALMA,
  anIndex,
  anOriginal,
  aPolicy,
  aRepudiation,
  aRestore,
  aSuccessor,
  aWithdrawal,
  BEK,
  digest,
  LOG,
  rawEntry,
  sha256,
  testFile,
  testId,
  testRoot,
  testSigner,
} from '../../fakes/manifest-log.ts'

type Expected = 'known' | 'unknown' | `STATEMENT_${string}`
type Case = readonly [name: string, rule: string, bytes: Uint8Array, expected: Expected]

const utf8 = new TextEncoder()
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bundleText = text(rawEntry(aBundle(1)))
/** A statement with members replaced; `undefined` takes one away. */
const changed = (statement: Statement, members: object): Uint8Array => rawEntry(JSON.parse(JSON.stringify({ ...statement, ...members })))
const [file] = aBundle(1).files
const withFile = (members: object): Uint8Array => changed(aBundle(1), { files: [{ ...file, ...members }] })
const withOriginal = (members: object): Uint8Array => changed(aBundle(1), { originals: [{ ...aBundle(1).originals[0], ...members }] })
const signer = (word: string): string => testSigner(word).key.text
const logSigner = (word: string): string => testSigner(word, 'archive.example/testimony').key.text
const nested = (depth: number): object => (depth === 1 ? { x: 1 } : { x: nested(depth - 1) })
const future = { type: 'future/1', at: '2026-03-01T12:00:00Z' }

/** Bytes of statements, valid and invalid; §1 to §3. */
export function statementCases(): object[] {
  return [...byteCases(), ...generalCases(), ...governingCases(), ...bundleCases(), ...factCases()].map(asVector)
}

function asVector([name, rule, bytes, expected]: Case): object {
  const parsed = parseStatement(bytes)
  const got = parsed.kind === 'malformed' ? parsed.code : parsed.kind
  if (got !== expected) throw new Error(`the vector "${name}" does not hold: ${got}`)
  const content = text(bytes)
  const isText = Buffer.from(utf8.encode(content)).equals(bytes)
  const verdict = parsed.kind === 'malformed' ? { kind: 'malformed', code: parsed.code } : { kind: parsed.kind }
  return { name, rule, ...(isText ? { text: content } : { base64: Buffer.from(bytes).toString('base64') }), ...verdict }
}

function byteCases(): Case[] {
  const raw = (content: string): Uint8Array => utf8.encode(content)
  const valued = (json: string): Uint8Array => raw(`{"at":"2026-03-01T12:00:00Z","type":"future/1","x":${json}}`)
  const filled = (length: number): Uint8Array => {
    const empty = valued('""').length
    return valued(`"${'a'.repeat(length - empty)}"`)
  }
  return [
    ['nothing', '§1.1', raw(''), 'STATEMENT_TOO_LARGE'],
    ['16,384 bytes', '§1.1', filled(16_384), 'unknown'],
    ['16,385 bytes', '§1.1', filled(16_385), 'STATEMENT_TOO_LARGE'],
    ['a byte order mark', '§1.2, 1', raw(`\ufeff${bundleText}`), 'STATEMENT_NOT_JSON'],
    ['a byte that is no UTF-8', '§1.2, 1', Uint8Array.of(...valued('"a"').subarray(0, -3), 0xff, 0x22, 0x7d), 'STATEMENT_NOT_UTF8'],
    ['an overlong sequence', '§1.2, 1', Uint8Array.of(...valued('"a"').subarray(0, -3), 0xc0, 0xaf, 0x22, 0x7d), 'STATEMENT_NOT_UTF8'],
    ['a surrogate in UTF-8', '§1.2, 1', Uint8Array.of(...valued('"a"').subarray(0, -3), 0xed, 0xa0, 0x80, 0x22, 0x7d), 'STATEMENT_NOT_UTF8'],
    ['the largest integer', '§1.2, 2', valued('9007199254740991'), 'unknown'],
    ['zero', '§1.2, 2', valued('0'), 'unknown'],
    ['2^53', '§1.2, 2', valued('9007199254740992'), 'STATEMENT_VALUE_REFUSED'],
    ['2^53+1, which a double cannot hold', '§1.2, 2', valued('9007199254740993'), 'STATEMENT_VALUE_REFUSED'],
    ['a fraction', '§1.2, 2', valued('1.5'), 'STATEMENT_VALUE_REFUSED'],
    ['a fraction that a double rounds to an integer', '§1.2, 2', valued('1.00000000000000000001'), 'STATEMENT_NOT_CANONICAL'],
    ['a negative number', '§1.2, 2', valued('-1'), 'STATEMENT_VALUE_REFUSED'],
    ['minus zero', '§1.2, 2', valued('-0'), 'STATEMENT_VALUE_REFUSED'],
    ['an exponent', '§1.2, 2', valued('1e3'), 'STATEMENT_NOT_CANONICAL'],
    ['a leading zero', '§1.2, 2', valued('01'), 'STATEMENT_NOT_JSON'],
    ['null', '§1.2, 3', valued('null'), 'STATEMENT_VALUE_REFUSED'],
    ['null in a list', '§1.2, 3', valued('[null]'), 'STATEMENT_VALUE_REFUSED'],
    ['a name with an underscore', '§1.2, 4', raw('{"at":"2026-03-01T12:00:00Z","type":"future/1","x_y":1}'), 'STATEMENT_VALUE_REFUSED'],
    ['a name with a capital first', '§1.2, 4', raw('{"X":1,"at":"2026-03-01T12:00:00Z","type":"future/1"}'), 'STATEMENT_VALUE_REFUSED'],
    ['an empty name', '§1.2, 4', raw('{"":1,"at":"2026-03-01T12:00:00Z","type":"future/1"}'), 'STATEMENT_VALUE_REFUSED'],
    ['__proto__', '§1.2, 4', raw('{"__proto__":1,"at":"2026-03-01T12:00:00Z","type":"future/1"}'), 'STATEMENT_VALUE_REFUSED'],
    ['constructor, an ordinary name', '§1.2, 4', raw('{"at":"2026-03-01T12:00:00Z","constructor":1,"type":"future/1"}'), 'unknown'],
    ['a name twice', '§1.2, 4', raw('{"at":"2026-03-01T12:00:00Z","type":"future/1","x":1,"x":1}'), 'STATEMENT_NOT_CANONICAL'],
    ['type twice', '§1.2, 4', raw('{"at":"2026-03-01T12:00:00Z","type":"bundle/1","type":"future/1"}'), 'STATEMENT_NOT_CANONICAL'],
    ['a name twice in a nested object', '§1.2, 4', valued('{"a":1,"a":2}'), 'STATEMENT_NOT_CANONICAL'],
    ['Uyghur', '§1.2, 5', valued('"گۇۋاھلىق"'), 'unknown'],
    ['decomposed é', '§1.2, 5', valued('"e\u0301"'), 'STATEMENT_VALUE_REFUSED'],
    ['composed é', '§1.2, 5', valued('"\u00e9"'), 'unknown'],
    ['an escaped lone surrogate', '§1.2, 5', valued('"\\ud800"'), 'STATEMENT_VALUE_REFUSED'],
    ['a character beyond the BMP', '§1.2, 5', valued('"\u{1f54a}"'), 'unknown'],
    ['an escaped line feed', '§1.2, 5', valued('"a\\nb"'), 'STATEMENT_VALUE_REFUSED'],
    ['an escaped NUL', '§1.2, 5', valued('"a\\u0000b"'), 'STATEMENT_VALUE_REFUSED'],
    ['DEL', '§1.2, 5', valued('"a\u007fb"'), 'STATEMENT_VALUE_REFUSED'],
    ['a C1 control', '§1.2, 5', valued('"a\u0085b"'), 'STATEMENT_VALUE_REFUSED'],
    ['a right-to-left override', '§1.2, 5', valued('"a\u202eb"'), 'STATEMENT_VALUE_REFUSED'],
    ['a right-to-left isolate', '§1.2, 5', valued('"a\u2067b"'), 'STATEMENT_VALUE_REFUSED'],
    ['an Arabic letter mark', '§1.2, 5', valued('"a\u061cb"'), 'STATEMENT_VALUE_REFUSED'],
    ['a left-to-right mark', '§1.2, 5', valued('"a\u200eb"'), 'STATEMENT_VALUE_REFUSED'],
    ['six levels', '§1.2, 6', rawEntry({ ...future, x: nested(5) }), 'unknown'],
    ['seven levels', '§1.2, 6', rawEntry({ ...future, x: nested(6) }), 'STATEMENT_VALUE_REFUSED'],
    ['seven levels of lists', '§1.2, 6', valued('[[[[[[1]]]]]]'), 'STATEMENT_VALUE_REFUSED'],
    ['eight thousand levels', '§1.2, 6', valued(`${'['.repeat(8_000)}${']'.repeat(8_000)}`), 'STATEMENT_VALUE_REFUSED'],
    ['members out of order', '§1.2', raw('{"type":"future/1","at":"2026-03-01T12:00:00Z"}'), 'STATEMENT_NOT_CANONICAL'],
    ['a space', '§1.2', raw('{"at": "2026-03-01T12:00:00Z","type":"future/1"}'), 'STATEMENT_NOT_CANONICAL'],
    ['a line end after it', '§1.2', raw(`${bundleText}\n`), 'STATEMENT_NOT_CANONICAL'],
    ['an escape that is not needed', '§1.2', valued('"\\u0061"'), 'STATEMENT_NOT_CANONICAL'],
    ['an escaped solidus', '§1.2', valued('"a\\/b"'), 'STATEMENT_NOT_CANONICAL'],
    ['a list', '§1.2', raw('[]'), 'STATEMENT_VALUE_REFUSED'],
    ['a string', '§1.2', raw('"bundle/1"'), 'STATEMENT_VALUE_REFUSED'],
    ['half a statement', '§1.2', raw(bundleText.slice(0, 200)), 'STATEMENT_NOT_JSON'],
    ['two statements', '§1.2', raw(bundleText + bundleText), 'STATEMENT_NOT_JSON'],
  ]
}

function generalCases(): Case[] {
  const bad = (name: string, rule: string, value: object): Case => [name, rule, rawEntry(value), 'STATEMENT_FIELD_INVALID']
  return [
    ['an unknown type', '§2.3', rawEntry(future), 'unknown'],
    ['an unknown critical type', '§2.3', rawEntry({ ...future, critical: true }), 'unknown'],
    ['the next version of a known type', '§2.3', rawEntry({ ...future, type: 'bundle/2' }), 'unknown'],
    ['a name of Object.prototype as type', '§2.3', rawEntry({ ...future, type: 'constructor/1' }), 'unknown'],
    ['an unknown member', '§2.4', changed(aBundle(1), { colour: 'green' }), 'known'],
    ['an unknown member in a file', '§2.4', withFile({ width: 1920 }), 'known'],
    ['a critical bundle', '§2.2', changed(aBundle(1), { critical: true }), 'known'],
    bad('no type', '§2.1', { at: future.at }),
    bad('no at', '§2.1', { type: 'future/1' }),
    bad('a type that is a number', '§2.1', { ...future, type: 1 }),
    bad('a type without version', '§2.1', { ...future, type: 'future' }),
    bad('a type of version 0', '§2.1', { ...future, type: 'future/0' }),
    bad('a type of version 01', '§2.1', { ...future, type: 'future/01' }),
    bad('a type in capitals', '§2.1', { ...future, type: 'Future/1' }),
    bad('critical that is false', '§2.2', { ...future, critical: false }),
    bad('critical that is a text', '§2.2', { ...future, critical: 'true' }),
    bad('at with a fraction', '§1.5', { ...future, at: '2026-03-01T12:00:00.5Z' }),
    bad('at with an offset', '§1.5', { ...future, at: '2026-03-01T12:00:00+00:00' }),
    bad('at on 29 February 2026', '§1.5', { ...future, at: '2026-02-29T12:00:00Z' }),
    ['at on 29 February 2028', '§1.5', rawEntry({ ...future, at: '2028-02-29T12:00:00Z' }), 'unknown'],
    bad('at in a leap second', '§1.5', { ...future, at: '2016-12-31T23:59:60Z' }),
    bad('at at 24:00', '§1.5', { ...future, at: '2026-03-01T24:00:00Z' }),
    bad('at before 1970', '§1.5', { ...future, at: '1969-12-31T23:59:59Z' }),
    bad('at in month 13', '§1.5', { ...future, at: '2026-13-01T00:00:00Z' }),
  ]
}

function governingCases(): Case[] {
  const bad = (name: string, rule: string, statement: Statement, members: object): Case => [name, rule, changed(statement, members), 'STATEMENT_FIELD_INVALID']
  const [alma, bek, log] = [ALMA.key.text, BEK.key.text, LOG.key.text]
  const witness = formatVkey({ ...LOG.key, type: ED25519_COSIGNATURE }, sha256)
  return [
    ['a genesis', '§3.1', rawEntry(aGenesis()), 'known'],
    ['a genesis with a predecessor', '§3.1', changed(aGenesis(), { predecessor: { origin: 'old.example/x', genesisSha256: digest('old') } }), 'known'],
    ['a genesis with an IPNS name', '§3.1', changed(aGenesis(), { ipnsKeys: ['k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8'] }), 'known'],
    bad('a genesis without log keys', '§3.1', aGenesis(), { logKeys: [] }),
    bad('a genesis with a log key of another name', '§2.9', aGenesis(), { logKeys: [signer('log')] }),
    bad('a genesis with one public key as log key and approver', '§2.10', aGenesis(), { approvers: { threshold: 1, keys: [signer('log')] } }),
    bad('a genesis with a log key twice', '§3.1', aGenesis(), { logKeys: [log, log] }),
    bad('a genesis with a key of type 0x04 as log key', '§2.9', aGenesis(), { logKeys: [witness] }),
    bad('a genesis with base64 that is not canonical', '§7.3', aGenesis(), { logKeys: [log.replace(/.$/, '')] }),
    bad('a genesis with an origin with a space', '§3.1', aGenesis(), { origin: 'archive example' }),
    bad('a genesis with threshold 0', '§2.10', aGenesis(), { approvers: { threshold: 0, keys: [alma] } }),
    bad('a genesis with a threshold above its approvers', '§2.10', aGenesis(), { approvers: { threshold: 3, keys: [alma, bek] } }),
    bad('a genesis with an approver twice', '§2.10', aGenesis(), { approvers: { threshold: 2, keys: [alma, alma] } }),
    bad('a genesis with one public key under two names', '§2.10', aGenesis(), { approvers: { threshold: 2, keys: [alma, testSigner('a-1', 'a-9').key.text] } }),
    bad('a genesis without approvers', '§2.10', aGenesis(), { approvers: undefined }),
    bad('a genesis with an IPNS name in base 58', '§3.1', aGenesis(), { ipnsKeys: ['12D3KooWDpp7U7W9Q8feMZPPEpPP5FKXTUakLgnVLbavfjb9mzrT'] }),
    bad('a genesis with a short nonce', '§3.1', aGenesis(), { nonce: 'ab' }),
    bad('a genesis with a nonce in capitals', '§1.5', aGenesis(), { nonce: digest('nonce').toUpperCase() }),
    bad('a genesis with 129 lines of policy', '§3.1', aGenesis(), { policy: Array.from({ length: 129 }, () => '#') }),
    ['a policy', '§3.7', rawEntry(aPolicy()), 'known'],
    bad('a policy that is not critical', '§2.2', aPolicy(), { critical: undefined }),
    bad('a policy without approvals', '§3.7', aPolicy(), { approvals: undefined }),
    bad('a policy with an empty list of approvals', '§3.11', aPolicy(), { approvals: [] }),
    bad('a policy with one approver twice', '§3.11', aPolicy(), { approvals: [aPolicy().approvals[0], aPolicy().approvals[0]] }),
    bad('a policy with a short signature', '§3.11', aPolicy(), { approvals: [{ key: digest('x'), signature: 'ab' }] }),
    bad('a policy with seq 0', '§3.7', aPolicy(), { seq: 0 }),
    bad('a policy without head', '§3.7', aPolicy(), { after: undefined }),
    bad('a policy with one public key as log key and approver', '§2.10', aPolicy(), { logKeys: [logSigner('a-1')] }),
    ['a repudiation', '§3.8', rawEntry(aRepudiation(3, 9)), 'known'],
    bad('a repudiation that is not critical', '§2.2', aRepudiation(3, 9), { critical: undefined }),
    bad('a repudiation of nothing', '§3.8', aRepudiation(3, 9), { to: 3 }),
    bad('a repudiation of the genesis', '§3.8', aRepudiation(3, 9), { from: 0 }),
    bad('a repudiation without approvals', '§3.8', aRepudiation(3, 9), { approvals: undefined }),
    ['a successor', '§3.9', rawEntry(aSuccessor()), 'known'],
    bad('a successor that is not critical', '§2.2', aSuccessor(), { critical: undefined }),
    bad('a successor without genesis', '§3.9', aSuccessor(), { genesisSha256: undefined }),
    bad('a successor without approvals', '§3.9', aSuccessor(), { approvals: undefined }),
  ]
}

function bundleCases(): Case[] {
  const bad = (name: string, rule: string, bytes: Uint8Array): Case => [name, rule, bytes, 'STATEMENT_FIELD_INVALID']
  const bundle = (members: object): Uint8Array => changed(aBundle(1), members)
  const cid = testFile(1)
  const files = Array.from({ length: 17 }, (_, i) => ({ ...file, path: i === 0 ? 'video.mp4' : `video-${i + 1}.mp4` }))
  const keys = Array.from({ length: 33 }, (_, i) => ({ key: `youtube:video:${String(i).padStart(11, '0')}` }))
  return [
    ['a bundle', '§3.2', bundle({}), 'known'],
    ['a bundle with all members', '§3.2', bundle({ replaces: 7, commitment: digest('c'), files: [{ ...file, sha384: digest('x') + digest('y').slice(0, 32) }] }), 'known'],
    ['a bundle without media and originals', '§3.2', bundle({ files: [], originals: [] }), 'known'],
    ['a bundle with 16 files', '§3.2', bundle({ files: files.slice(0, 16), fileCount: 16 }), 'known'],
    bad('a bundle with 17 files', '§3.2', bundle({ files, fileCount: 17 })),
    ['a bundle with 32 originals', '§3.2', bundle({ originals: keys.slice(0, 32) }), 'known'],
    bad('a bundle with 33 originals', '§3.2', bundle({ originals: keys })),
    bad('a bundle with an original twice', '§3.2', bundle({ originals: [keys[0], keys[0]] })),
    bad('a bundle with a path twice', '§3.2', bundle({ files: [file, file] })),
    bad('a bundle with fewer files than it lists', '§3.2', bundle({ fileCount: 0 })),
    bad('a bundle without id', '§3.2', bundle({ id: undefined })),
    bad('a bundle with a wrong check symbol', '§2.6', bundle({ id: `${testId(1).slice(0, 10)}${testId(1).endsWith('2') ? '3' : '2'}` })),
    bad('a bundle with an id in capitals', '§2.6', bundle({ id: testId(1).toUpperCase() })),
    bad('a bundle without root', '§3.2', bundle({ root: undefined })),
    bad('a bundle with a raw root', '§2.7', bundle({ root: cid })),
    bad('a bundle with a CIDv0', '§2.7', withFile({ cid: 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn' })),
    bad('a bundle with a CID in base 58', '§2.7', withFile({ cid: 'zdj7WhuEjrB52m1BisYCtmjH1hSKa7yZ3jEZ9JcXaFRD51wVz' })),
    bad('a bundle with a CID in capitals', '§2.7', withFile({ cid: cid.toUpperCase() })),
    bad('a bundle with a CID that has loose bits at its end', '§2.7', withFile({ cid: `${cid.slice(0, -1)}b` })),
    bad('a bundle with a CID of another hash', '§2.7', withFile({ cid: 'bafkrgqbjpyqhhb2bpgxkdrmvvjhcafyxgvzqx7kkyhbbvr6wgd3qyvb4xexb6ou' })),
    bad('a bundle with a short CID', '§2.7', withFile({ cid: cid.slice(0, -1) })),
    bad('a bundle with a text for bytes', '§3.2', bundle({ bytes: '12' })),
    bad('a bundle with a file name as path', '§2.11', withFile({ path: 'Aigul testimony.mp4' })),
    bad('a bundle with a path that climbs', '§2.11', withFile({ path: 'video/../x.mp4' })),
    bad('a bundle with a first file numbered 1', '§2.11', withFile({ path: 'video-1.mp4' })),
    bad('a bundle with a path of another role', '§3.2', withFile({ path: 'audio.mp4' })),
    bad('a bundle with subtitles among main media', '§3.2', withFile({ path: 'subtitles.ug-Arab.vtt', role: 'subtitles' })),
    bad('a bundle with a media type in capitals', '§3.2', withFile({ mediaType: 'Video/MP4' })),
    bad('a bundle with a media type with a parameter', '§3.2', withFile({ mediaType: 'video/mp4; codecs=x' })),
    bad('a bundle with a hash in capitals', '§1.5', withFile({ sha256: digest('x').toUpperCase() })),
    bad('a bundle with a short SHA-384', '§3.2', withFile({ sha384: digest('x') })),
    bad('a bundle with a URL over http', '§3.2', withOriginal({ url: 'http://www.youtube.com/watch?v=00000000001' })),
    bad('a bundle with a URL with a user', '§3.2', withOriginal({ url: 'https://somebody@www.youtube.com/' })),
    bad('a bundle with a URL with a space', '§3.2', withOriginal({ url: 'https://www.youtube.com/a b' })),
    bad('a bundle with a URL of 2,049 bytes', '§3.2', withOriginal({ url: `https://www.youtube.com/${'a'.repeat(2_025)}` })),
    bad('a bundle with a script for a URL', '§3.2', withOriginal({ url: 'javascript:alert(1)' })),
    bad('a bundle with a key without kind', '§2.8', withOriginal({ key: 'youtube:abc' })),
    bad('a bundle with a key with a space', '§2.8', withOriginal({ key: 'youtube:video:a b' })),
    bad('a bundle with a key of 513 bytes', '§2.8', withOriginal({ key: `youtube:video:${'a'.repeat(499)}` })),
    ['a bundle with a key of 512 bytes', '§2.8', withOriginal({ key: `youtube:video:${'a'.repeat(498)}` }), 'known'],
    ['a bundle with colons in a key', '§2.8', withOriginal({ key: 'web:sha256:a:b' }), 'known'],
    ['a bundle published on a day', '§3.2', withOriginal({ publishedAt: '2019-05-01' }), 'known'],
    ['a bundle published at a time', '§3.2', withOriginal({ publishedAt: '2019-05-01T08:00:00Z' }), 'known'],
    bad('a bundle published in a month', '§3.2', withOriginal({ publishedAt: '2019-05' })),
    bad('a bundle published on 31 April', '§3.2', withOriginal({ publishedAt: '2019-04-31' })),
  ]
}

function factCases(): Case[] {
  const bad = (name: string, rule: string, statement: Statement, members: object): Case => [name, rule, changed(statement, members), 'STATEMENT_FIELD_INVALID']
  const index = anIndex({ size: 3, bits: 0, root: digest('i') })
  return [
    ['an original', '§3.3', rawEntry(anOriginal(1)), 'known'],
    ['an observation', '§3.3', changed(anOriginal(1), { state: 'account-terminated', evidenceSha256: digest('e') }), 'known'],
    bad('an observation in free text', '§3.3', anOriginal(1), { state: 'they took it down' }),
    bad('an original without root', '§3.3', anOriginal(1), { root: undefined }),
    ['a copy', '§3.4', rawEntry(aCopy(1)), 'known'],
    bad('a copy with numbers for ids', '§3.4', aCopy(1), { ids: { nout: 0 } }),
    bad('a copy without ids', '§3.4', aCopy(1), { ids: {} }),
    bad('a copy with 13 ids', '§3.4', aCopy(1), { ids: Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`a${i}`, '1'])) }),
    bad('a copy that is nearly equal', '§3.4', aCopy(1), { equality: 'nearly' }),
    bad('a copy of a file name', '§3.4', aCopy(1), { file: 'My video.mp4' }),
    ['a withdrawal', '§3.5', rawEntry(aWithdrawal(1)), 'known'],
    ['a withdrawal of a version', '§3.5', rawEntry(aWithdrawal(1, { root: testRoot(1) })), 'known'],
    ['a legal withdrawal', '§3.5', rawEntry(aWithdrawal(1, { reason: 'legal', jurisdiction: 'KZ' })), 'known'],
    ['a legal withdrawal in a part of a country', '§3.5', rawEntry(aWithdrawal(1, { reason: 'legal', jurisdiction: 'US-CA' })), 'known'],
    bad('a legal withdrawal of nowhere', '§3.5', aWithdrawal(1), { reason: 'legal' }),
    bad('a withdrawal by the publisher somewhere', '§3.5', aWithdrawal(1), { jurisdiction: 'KZ' }),
    bad('a withdrawal that names consent', '§3.5', aWithdrawal(1), { reason: 'consent' }),
    bad('a withdrawal with approvals that are no list', '§3.11', aWithdrawal(1), { approvals: 'all of us' }),
    ['a restore', '§3.6', rawEntry(aRestore(1, [ALMA, BEK])), 'known'],
    bad('a restore without approvals', '§3.6', aRestore(1, [ALMA]), { approvals: undefined }),
    ['an index', '§3.10', rawEntry(index), 'known'],
    bad('an index of 17 bits', '§3.10', index, { bits: 17 }),
    bad('an index without root', '§3.10', index, { root: undefined }),
  ]
}
