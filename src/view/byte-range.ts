import type { ByteRange } from './walk.ts'

/** What a `Range` header asks of a body of known size. `whole`: no header, or one that a server may pass over. */
export type RequestedRange =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly range: ByteRange }
  | { readonly kind: 'unsatisfiable' }

/**
 * Reads a `Range` header. One range is honoured; several, other units and nonsense get the whole, as RFC 9110 14.2 allows.
 *
 * @param size - of the whole body, in bytes.
 */
export function requestedRange(header: string | undefined, size: number): RequestedRange {
  const match = /^bytes=(\d{0,16})-(\d{0,16})$/.exec(header?.replaceAll(/\s/g, '') ?? '')
  const [, first = '', last = ''] = match ?? []
  if (first === '' && last === '') return { kind: 'whole' }
  if (first === '') return partOf(Math.max(0, size - Number(last)), size, size)
  if (last !== '' && Number(last) < Number(first)) return { kind: 'whole' }
  return partOf(Number(first), last === '' ? size : Math.min(size, Number(last) + 1), size)
}

/** `Content-Range` of a part. */
export function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end - 1}/${size}`
}

/** `Content-Range` of a 416. */
export function unsatisfiedRange(size: number): string {
  return `bytes */${size}`
}

function partOf(start: number, end: number, size: number): RequestedRange {
  return start < size && start < end ? { kind: 'part', range: { start, end } } : { kind: 'unsatisfiable' }
}
