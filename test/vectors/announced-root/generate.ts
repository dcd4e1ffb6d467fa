/**
 * Makes records.jsonl: name records, good and broken, each with what a reader must make of it. Run it from anywhere:
 * `node test/vectors/announced-root/generate.ts`. The keys come from words, so it always makes the same bytes. Whether a good
 * one holds at some time is not in it: see announced-root-v1 §5.
 */
import { writeFileSync } from 'node:fs'
import { encode } from '@ipld/dag-cbor'
import { makeRecord, type NameRecord } from '../../../src/announce/record.ts'
import { encodeFields, decodeFields, type RecordFields } from '../../../src/announce/record-fields.ts'
import { cidText, parseCid } from '../../../src/model/content-id.ts'
import { ipnsNameText } from '../../../src/model/ipns-name.ts'
import { aNameSigner } from '../../fakes/name-signer.ts'

const ROOT = 'bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354'
const one = aNameSigner('name one')
const two = aNameSigner('name two')
const utf8 = new TextEncoder()
const order = { root: parseCid(ROOT), sequence: 8n << 20n, validUntilMs: Date.UTC(2126, 0, 1), ttlSeconds: 300 }
const made = makeRecord(one, order)
const fields = decodeFields(made.bytes)
const lines: string[] = []

function good(what: string, { key, root, sequence, validity, bytes }: NameRecord): void {
  const said = { value: `/ipfs/${cidText(root)}`, sequence: `${sequence}`, validity }
  lines.push(JSON.stringify({ what, name: ipnsNameText(key), record: hex(bytes), ...said }))
}

function bad(what: string, code: string, bytes: Uint8Array, name: Uint8Array = one.publicKey): void {
  lines.push(JSON.stringify({ what, name: ipnsNameText(name), record: hex(bytes), code }))
}

/** Signed anew over other data, with or without fields of V1. */
function signed(data: unknown, v1: RecordFields = {}): Uint8Array {
  const bytes = data instanceof Uint8Array ? data : encode(data)
  return encodeFields({ ...v1, signatureV2: one.sign(Buffer.concat([utf8.encode('ipns-signature:'), bytes])), data: bytes })
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

const said = {
  Value: utf8.encode(`/ipfs/${ROOT}`),
  Validity: utf8.encode(made.validity),
  ValidityType: 0n,
  Sequence: order.sequence,
  TTL: 300_000_000_000n,
}
const without = (name: keyof typeof said): unknown => Object.fromEntries(Object.entries(said).filter(([key]) => key !== name))
const to = (value: string): Uint8Array => signed({ ...said, Value: utf8.encode(value) })

good('both signatures', made)
for (const sequence of [0n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 63n - 1n])
  good(`sequence ${sequence}`, makeRecord(one, { ...order, sequence }))
good('without fields of V1', { ...made, bytes: signed(said) })
good('with a wrong signature of V1, which nobody verifies', { ...made, bytes: encodeFields({ ...fields, signatureV1: new Uint8Array(64) }) })
good('with a field of somebody else in the data', { ...made, bytes: signed({ ...said, _more: 1 }) })
good('with a field of the future in the message', { ...made, bytes: Buffer.concat([made.bytes, Buffer.from('9a060161', 'hex')]) })
good('valid to the whole second', {
  ...made,
  bytes: signed({ ...said, Validity: utf8.encode('2126-01-01T00:00:00Z') }),
  validity: '2126-01-01T00:00:00.000000000Z',
})
bad('of another name', 'RECORD_SIGNATURE_INVALID', made.bytes, two.publicKey)
bad('by another key', 'RECORD_SIGNATURE_INVALID', makeRecord(two, order).bytes)
bad('with one bit of its data changed', 'RECORD_SIGNATURE_INVALID', encodeFields({ ...fields, data: encode({ ...said, Sequence: order.sequence + 1n }) }))
bad('with fields of V1 that name another root', 'RECORD_MALFORMED', encodeFields({ ...fields, value: utf8.encode('/ipfs/bafybeif7ztnhq65lumvvtr4ekcwd2ifwgm3awq4zfr3srh462rwyinlb4y') }))
bad('with fields of V1 that have another sequence', 'RECORD_MALFORMED', encodeFields({ ...fields, sequence: 9n << 20n }))
bad('with fields of V1 that hold longer', 'RECORD_MALFORMED', encodeFields({ ...fields, validity: utf8.encode('2127-01-01T00:00:00.000000000Z') }))
bad('with a signature of V1 and no value beside it', 'RECORD_MALFORMED', encodeFields(lacking('value')))
bad('with the fields of V1 alone', 'RECORD_MALFORMED', encodeFields(lacking('data', 'signatureV2')))
bad('empty', 'RECORD_MALFORMED', new Uint8Array())
bad('cut off', 'RECORD_MALFORMED', made.bytes.subarray(0, -1))
bad('with the value twice', 'RECORD_MALFORMED', Buffer.concat([encodeFields({ value: said.Value }), made.bytes]))
bad('of 10,241 bytes', 'RECORD_MALFORMED', Buffer.concat([made.bytes, Buffer.from('9a06', 'hex'), padding(10_241 - made.bytes.length - 2)]))
bad('with data that are no map', 'RECORD_MALFORMED', signed([1]))
bad('with data in another form of CBOR', 'RECORD_MALFORMED', signed(longForm()))
bad('with a validity of another kind', 'RECORD_MALFORMED', signed({ ...said, ValidityType: 1n }))
bad('with a validity that is no time', 'RECORD_MALFORMED', signed({ ...said, Validity: utf8.encode('for ever') }))
bad('with a validity in another zone', 'RECORD_MALFORMED', signed({ ...said, Validity: utf8.encode('2126-01-01T00:00:00+01:00') }))
bad('with a day that no month has', 'RECORD_MALFORMED', signed({ ...said, Validity: utf8.encode('2126-02-30T00:00:00Z') }))
bad('with a negative sequence', 'RECORD_MALFORMED', signed({ ...said, Sequence: -1n }))
for (const name of ['Value', 'Validity', 'ValidityType', 'Sequence', 'TTL'] as const)
  bad(`without ${name}`, 'RECORD_MALFORMED', signed(without(name)))
bad('that leads to another name', 'RECORD_MALFORMED', to(`/ipns/${ipnsNameText(two.publicKey)}`))
bad('that leads to a host', 'RECORD_MALFORMED', to('/ipns/archive.example'))
bad('that leads below a root', 'RECORD_MALFORMED', to(`/ipfs/${ROOT}/manifest`))
bad('that leads to plain bytes', 'RECORD_MALFORMED', to('/ipfs/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'))
bad('that leads to a CID of version 0', 'RECORD_MALFORMED', to('/ipfs/QmeMiJzmhpJAUgynAcxTQYek5PPKgdv3qEvFsdV3XpVnvP'))
bad('that leads to a CID that holds its bytes', 'RECORD_MALFORMED', to('/ipfs/bafkqaddwgevxmmraojswg33smq'))
writeFileSync(new URL('records.jsonl', import.meta.url), `${lines.join('\n')}\n`)

function lacking(...names: readonly (keyof RecordFields)[]): RecordFields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.some((one) => one === name)))
}

function padding(bytes: number): Buffer {
  const head = Buffer.from([((bytes - 2) & 0x7f) | 0x80, (bytes - 2) >> 7])
  return Buffer.concat([head, Buffer.alloc(bytes - 2)])
}

/** The TTL in nine bytes where eight of them are zero. */
function longForm(): Uint8Array {
  const data = Buffer.from(encode({ ...said, TTL: 1n }))
  const at = data.indexOf('cTTL') + 4
  return Buffer.concat([data.subarray(0, at), Buffer.from('1b0000000000000001', 'hex'), data.subarray(at + 1)])
}
