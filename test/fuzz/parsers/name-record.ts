import assert from 'node:assert/strict'
import { makeRecord, parseRecord } from '../../../src/announce/record.ts'
import { decodeFields, MAX_RECORD_BYTES } from '../../../src/announce/record-fields.ts'
import { parseCid } from '../../../src/model/content-id.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { aNameSigner } from '../../fakes/name-signer.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'

const signer = aNameSigner('fuzzed')
const root = parseCid('bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354')
const records = [0n, 2n ** 31n, 2n ** 40n].map((sequence) =>
  makeRecord(signer, { root, sequence, validUntilMs: 1_900_000_000_000, ttlSeconds: 300 }),
)
const said = new Set(records.map(({ sequence, validity }) => `${sequence} ${validity}`))

/** Records of IPNS names: what is accepted says what its key has signed, whatever stands around it. */
export const nameRecord: FuzzTarget = {
  name: 'name-record',
  share: 50_000,
  codes: ['RECORD_MALFORMED', 'RECORD_SIGNATURE_INVALID'],
  words: ['/ipfs/', '/ipns/', 'ipns-signature:', 'Validity', 'Sequence', '\x08\x00', '\x4a\x00'],
  maxBytes: MAX_RECORD_BYTES + 16,
  seeds: () => records.map(({ bytes }) => bytes),
  run(input) {
    decodeFields(input)
    const { sequence, validity, root: leadsTo } = parseRecord(nodePrimitives, signer.publicKey, input)
    assert.ok(said.has(`${sequence} ${validity}`) && leadsTo.equals(root))
    return ACCEPTED
  },
}
