import { varint } from 'multiformats'

/** UnixFS protobuf: field 1 (Type) as varint, value 2 (File). */
const TYPE_FILE = [0x08, 0x02]
/** Field 3 (filesize) and field 4 (blocksizes, repeated and not packed), as varints. */
const FILE_SIZE = 0x18
const BLOCK_SIZE = 0x20

/**
 * Encodes the `Data` of a file's inner node: which part of the file is below it, and below each of its links.
 *
 * Ours, because `ipfs-unixfs` 13.1.1 writes sizes from 2 to 4 GiB wrongly: protons-runtime 7.1.2 takes a 64-bit varint
 * whose bit 31 is the highest for negative, writes one byte of it and leaves the others as they were in memory. The node
 * is then another one each time, and what it gives away was never meant to leave the process.
 *
 * @see https://specs.ipfs.tech/unixfs/ message `Data`
 */
export function encodeFileData(fileBytes: number, blockSizes: readonly number[]): Uint8Array {
  const length = blockSizes.reduce((sum, size) => sum + fieldLength(size), TYPE_FILE.length + fieldLength(fileBytes))
  const data = new Uint8Array(length)
  data.set(TYPE_FILE)
  let at = writeField(data, TYPE_FILE.length, FILE_SIZE, fileBytes)
  for (const size of blockSizes) at = writeField(data, at, BLOCK_SIZE, size)
  return data
}

function fieldLength(value: number): number {
  return 1 + varint.encodingLength(value)
}

function writeField(data: Uint8Array, at: number, tag: number, value: number): number {
  data[at] = tag
  varint.encodeTo(value, data, at + 1)
  return at + fieldLength(value)
}
