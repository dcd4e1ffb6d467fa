import { writeFileSync } from 'node:fs'
import { cosignedMessage, encodeCosignature } from '../../../src/manifest/cosignature.ts'
import { formatHeldList, formatHoldings, type Holdings, signHoldings } from '../../../src/manifest/holdings.ts'
import { formatSignedNote, signatureLine } from '../../../src/manifest/note.ts'
import type { Signer } from '../../../src/manifest/signer.ts'
import { ED25519_COSIGNATURE, formatVkey, parseVkey } from '../../../src/manifest/vkey.ts'
import { digest, ORIGIN, sha256, testRoot, testSigner } from '../../fakes/manifest-log.ts'

const ed25519 = testSigner('holder')
const vkey = formatVkey({ name: 'm-test1/holder', type: ED25519_COSIGNATURE, publicKey: ed25519.key.publicKey }, sha256)
const HOLDER: Signer = { key: parseVkey(vkey, sha256), sign: ed25519.sign }
const other = testSigner('other-holder')
const OTHER = formatVkey({ name: 'm-other/holder', type: ED25519_COSIGNATURE, publicKey: other.key.publicKey }, sha256)

const list = formatHeldList([3, 1, 2].map(testRoot))
const TIME = Date.parse('2026-06-01T00:00:00Z') / 1000
const held: Holdings = {
  origin: ORIGIN,
  genesisSha256: digest('genesis'),
  size: 42,
  root: sha256(Buffer.from('root')),
  listSha256: Buffer.from(sha256(list)).toString('hex'),
  bytes: 1_234_567,
  oldest: '2026-05-01T12:00:00Z',
}
const text = formatHoldings(held)

/** A note whose text may be anything, signed all the same. */
function signed(words: string, time: number = TIME): string {
  const signature = HOLDER.sign(cosignedMessage(HOLDER.key, { text: words, time }))
  const line = signatureLine(HOLDER.key, encodeCosignature(time, signature))
  return new TextDecoder().decode(formatSignedNote(words, [line]))
}

const good = new TextDecoder().decode(signHoldings(held, HOLDER, TIME))
const lineOf = (n: number, words: string): string => text.split('\n').with(n, words).join('\n')
const MALFORMED = 'HOLDINGS_MALFORMED'

const notes = [
  { name: 'a note', rule: '§1.1', note: good, says: { ...held, root: Buffer.from(held.root).toString('hex') } },
  { name: 'read in the second in which it was signed', rule: '§1.3', note: signed(lineOf(7, '2026-06-01T00:00:00Z')) },
  { name: 'read 90 days before', rule: '§1.3', note: signed(lineOf(7, '2026-03-03T00:00:00Z')) },
  { name: 'a second longer ago', rule: '§1.3', note: signed(lineOf(7, '2026-03-02T23:59:59Z')), code: MALFORMED },
  { name: 'read after it was signed', rule: '§1.3', note: signed(lineOf(7, '2026-06-01T00:00:01Z')), code: MALFORMED },
  { name: 'another header', rule: '§1.1', note: signed(lineOf(0, 'holdfast/holding/v2')), code: MALFORMED },
  { name: 'an origin with a space', rule: '§1.1', note: signed(lineOf(1, 'an origin')), code: MALFORMED },
  { name: 'a genesis in capitals', rule: '§1.1', note: signed(lineOf(2, digest('genesis').toUpperCase())), code: MALFORMED },
  { name: 'an empty log', rule: '§1.1', note: signed(lineOf(3, '0')), code: MALFORMED },
  { name: 'a size with a zero before it', rule: '§1.1', note: signed(lineOf(3, '042')), code: MALFORMED },
  { name: 'a root of 31 bytes', rule: '§1.1', note: signed(lineOf(4, Buffer.alloc(31).toString('base64'))), code: MALFORMED },
  { name: 'a root without padding', rule: '§1.1', note: signed(lineOf(4, text.split('\n')[4]?.slice(0, -1) ?? '')), code: MALFORMED },
  { name: 'bytes below nothing', rule: '§1.1', note: signed(lineOf(6, '-1')), code: MALFORMED },
  { name: 'a day alone', rule: '§1.1', note: signed(lineOf(7, '2026-05-01')), code: MALFORMED },
  { name: 'the 30th of February', rule: '§1.1', note: signed(lineOf(7, '2026-02-30T00:00:00Z')), code: MALFORMED },
  { name: 'a line more', rule: '§1.1', note: signed(`${text}more\n`), code: MALFORMED },
  { name: 'a line less', rule: '§1.1', note: signed(text.split('\n').toSpliced(6, 1).join('\n')), code: MALFORMED },
  { name: 'a checkpoint', rule: '§1.2', note: signed(`${ORIGIN}\n42\n${Buffer.alloc(32).toString('base64')}\n`), code: MALFORMED },
  { name: 'one digit of its text changed', rule: '§1.2', note: good.replace('\n42\n', '\n43\n'), code: 'SIGNATURE_INVALID' },
  { name: 'no signature of that holder', rule: '§1.2', note: good, holder: OTHER, code: 'SIGNATURE_MISSING' },
  { name: 'no signature', rule: '§1.1', note: text, code: 'NOTE_MALFORMED' },
].map((one) => ({ holder: vkey, ...one }))

const ofList = new TextDecoder().decode(list)
const [first = '', second = '', third = ''] = ofList.split('\n')
const lists = [
  { name: 'a list', rule: '§2.1', list: ofList, roots: [first, second, third] },
  { name: 'another one', rule: '§2.1', list: `${first}\n`, code: 'HOLDINGS_LIST_DIFFERS' },
  { name: 'not ascending', rule: '§2.1', list: `${second}\n${first}\n`, own: true, code: MALFORMED },
  { name: 'one twice', rule: '§2.1', list: `${first}\n${first}\n`, own: true, code: MALFORMED },
  { name: 'no newline at its end', rule: '§2.1', list: `${first}\n${second}`, own: true, code: MALFORMED },
  { name: 'empty', rule: '§2.1', list: '', own: true, code: MALFORMED },
  { name: 'the CID of a file', rule: '§2.1', list: `${first.replace('bafybei', 'bafkrei')}\n`, own: true, code: MALFORMED },
  { name: 'in capitals', rule: '§2.1', list: `${first.toUpperCase()}\n`, own: true, code: MALFORMED },
]

for (const [name, cases] of Object.entries({ notes, lists }))
  writeFileSync(
    new URL(`${name}.jsonl`, import.meta.url),
    cases.map((one: object) => `${JSON.stringify(one)}\n`).join(''),
  )
