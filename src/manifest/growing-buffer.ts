/** Bytes that are written one after another into memory that is used again. */
export interface GrowingBuffer {
  reset(): void
  /** ASCII only. */
  text(ascii: string): void
  /** Lower-case hex. */
  hex(bytes: Uint8Array): void
  /** @param value - a safe integer from 0 on. */
  decimal(value: number): void
  /** @default all of `bytes` */
  bytes(bytes: Uint8Array, start?: number, length?: number): void
  /** What was written since the last reset; a view that the next one makes void. */
  written(): Uint8Array
}

const HEX: Uint8Array = new TextEncoder().encode('0123456789abcdef')
const ZERO = 0x30

/** One buffer for all shards: a full index would otherwise leave hundreds of megabytes to the garbage collector. */
export function growingBuffer(): GrowingBuffer {
  let buffer = new Uint8Array(256 * 1024)
  let length = 0
  const reserve = (more: number): void => {
    if (length + more <= buffer.length) return
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + more))
    larger.set(buffer.subarray(0, length))
    buffer = larger
  }
  return {
    reset() {
      length = 0
    },
    text(ascii) {
      reserve(ascii.length)
      for (let i = 0; i < ascii.length; i++) buffer[length + i] = ascii.charCodeAt(i)
      length += ascii.length
    },
    hex(bytes) {
      reserve(bytes.length * 2)
      for (let i = 0; i < bytes.length; i++) {
        const byte = bytes[i] ?? 0
        buffer[length + 2 * i] = HEX[byte >>> 4] ?? 0
        buffer[length + 2 * i + 1] = HEX[byte & 15] ?? 0
      }
      length += bytes.length * 2
    },
    decimal(value) {
      let digits = 1
      for (let above = 10; above <= value; above *= 10) digits += 1
      reserve(digits)
      for (let i = length + digits - 1, rest = value; i >= length; i--, rest = Math.floor(rest / 10))
        buffer[i] = ZERO + (rest % 10)
      length += digits
    },
    bytes(bytes, start = 0, count = bytes.length) {
      reserve(count)
      // Hashes are short: a view of 44 bytes costs more than their copy.
      if (count < 64) for (let i = 0; i < count; i++) buffer[length + i] = bytes[start + i] ?? 0
      else buffer.set(start === 0 && count === bytes.length ? bytes : bytes.subarray(start, start + count), length)
      length += count
    },
    written: () => buffer.subarray(0, length),
  }
}
