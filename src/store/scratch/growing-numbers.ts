type Numbers = Float64Array | Uint32Array | Uint8Array

/** A list of numbers without an object each; makes half as much room again when it is used up. */
export interface GrowingNumbers {
  readonly length: number
  /** @throws {RangeError} beyond the end. */
  at(place: number): number
  set(place: number, value: number): void
  push(value: number): void
}

export function growingNumbers(
  kind: Float64ArrayConstructor | Uint32ArrayConstructor | Uint8ArrayConstructor,
): GrowingNumbers {
  let values: Numbers = new kind(1024)
  let length = 0
  return {
    get length() {
      return length
    },
    at(place) {
      const value = place < length ? values[place] : undefined
      if (value === undefined) throw new RangeError(`a list of ${length} numbers has none at ${place}`)
      return value
    },
    set(place, value) {
      if (place >= length) throw new RangeError(`a list of ${length} numbers has none at ${place}`)
      values[place] = value
    },
    push(value) {
      if (length === values.length) {
        const larger = new kind(Math.ceil(length * 1.5))
        larger.set(values)
        values = larger
      }
      values[length] = value
      length += 1
    },
  }
}
