/** Bytes that came and are not used yet. Appending costs what is appended, however small the pieces are. */
export class HeldBytes {
  #buffer: Uint8Array = new Uint8Array()
  #start = 0
  #end = 0

  /** Valid until the next call of another method. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end)
  }

  append(chunk: Uint8Array): void {
    const held = this.#end - this.#start
    if (this.#end + chunk.length > this.#buffer.length) {
      const wanted = held + chunk.length
      const roomy = wanted * 2 > this.#buffer.length ? new Uint8Array(wanted * 2) : this.#buffer
      roomy.set(this.bytes)
      this.#buffer = roomy
      this.#start = 0
      this.#end = held
    }
    this.#buffer.set(chunk, this.#end)
    this.#end += chunk.length
  }

  drop(bytes: number): void {
    this.#start += bytes
    if (this.#start < this.#end) return
    // What one large message took must not stay taken while a stream is silent.
    this.#buffer = new Uint8Array()
    this.#start = 0
    this.#end = 0
  }
}
