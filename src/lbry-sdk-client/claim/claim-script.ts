import { type ByteReader, byteReader } from './byte-reader.ts'

/** What a claim output says; the payment script that follows is not looked at. */
export interface ClaimScript {
  readonly op: 'create' | 'update'
  readonly name: Uint8Array
  /** Which claim is updated, in the order in which scripts hold it; 20 bytes. Absent on creation: it follows from the place. */
  readonly claimHash?: Uint8Array
  readonly value: Uint8Array
}

/** Limits of consensus (lbcd, txscript: MaxClaimNameSize, MaxClaimScriptSize). */
const MAX_NAME_BYTES = 255
const MAX_SCRIPT_BYTES = 8192
const HASH_BYTES = 20

const OP_CLAIM_NAME = 0xb5
const OP_UPDATE_CLAIM = 0xb7
const OP_2DROP = 0x6d
const OP_DROP = 0x75
const OP_PUSHDATA1 = 0x4c
const OP_PUSHDATA2 = 0x4d
const OP_PUSHDATA4 = 0x4e

/** Reads the script of an output; nothing when it is no claim that a node would take as one. */
export function parseClaimScript(script: Uint8Array): ClaimScript | undefined {
  if (script.length > MAX_SCRIPT_BYTES) return undefined
  const reader = byteReader(script, () => new NoClaim())
  try {
    return read(reader)
  } catch (error) {
    if (error instanceof NoClaim) return undefined
    throw error
  }
}

class NoClaim extends Error {}

function read(reader: ByteReader): ClaimScript {
  const op = reader.uint(1)
  if (op !== OP_CLAIM_NAME && op !== OP_UPDATE_CLAIM) throw new NoClaim()
  const name = push(reader)
  const claimHash = op === OP_UPDATE_CLAIM ? push(reader) : undefined
  const value = push(reader)
  // What was pushed is dropped again: opcode and name, then the rest.
  const drops = [reader.uint(1), reader.uint(1)]
  if (drops[0] !== OP_2DROP || drops[1] !== (claimHash === undefined ? OP_DROP : OP_2DROP)) throw new NoClaim()
  if (name.length === 0 || name.length > MAX_NAME_BYTES) throw new NoClaim()
  if (claimHash === undefined) return { op: 'create', name, value }
  if (claimHash.length !== HASH_BYTES) throw new NoClaim()
  return { op: 'update', name, claimHash, value }
}

function push(reader: ByteReader): Uint8Array {
  const op = reader.uint(1)
  if (op < OP_PUSHDATA1) return reader.take(op)
  if (op === OP_PUSHDATA1) return reader.take(reader.uint(1))
  if (op === OP_PUSHDATA2) return reader.take(reader.uint(2))
  if (op === OP_PUSHDATA4) return reader.take(reader.uint(4))
  throw new NoClaim()
}
