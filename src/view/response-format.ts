import { type Preference, preferences } from './accept.ts'
import { ViewError } from './errors.ts'
import type { DagScope } from './walk.ts'

/** Source: trustless-gateway, `entity-bytes`: inclusive; negative counts from the end; `*` is the end. */
export interface EntityBytes {
  readonly from: number
  readonly to: number | '*'
}

/** What a gateway request wants to have back. */
export type ResponseFormat =
  | { readonly type: 'file' }
  | { readonly type: 'raw' }
  | {
      readonly type: 'car'
      readonly scope: DagScope
      readonly entityBytes?: EntityBytes
      /** `y`: a block is sent as often as it is linked. `n`: once. */
      readonly dups: 'y' | 'n'
    }

export const RAW_CONTENT_TYPE = 'application/vnd.ipld.raw'
const CAR = 'application/vnd.ipld.car'
/** Parameters of a CAR that can be satisfied; a missing one leaves the choice to us. What is sent is always depth first. */
const CAR_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  version: ['1'],
  order: ['dfs', 'unk'],
  dups: ['y', 'n'],
}
/** Without memory of what was sent, so that the size of a CAR does not matter (docs/decisions/0012). */
const DEFAULT_DUPS = 'y'

/** `Content-Type` of a CAR; it says what is really sent, whatever was asked for. */
export function carContentType(dups: 'y' | 'n'): string {
  return `application/vnd.ipld.car; version=1; order=dfs; dups=${dups}`
}

/**
 * Chooses the form of an answer: `format` in the URL, else `Accept`. Source: trustless-gateway, "format".
 *
 * @throws {ViewError} `FORMAT_REFUSED` for what is not made here, `REQUEST_MALFORMED` for bad CAR parameters.
 */
export function responseFormat(query: URLSearchParams, accept: string | undefined): ResponseFormat {
  const format = query.get('format')
  if (format === null) return fromAccept(query, accept)
  if (format === 'raw') return { type: 'raw' }
  if (format !== 'car')
    throw new ViewError(
      'FORMAT_REFUSED',
      'the formats of this server are raw and car; without a format, files are sent as they are',
    )
  const named = preferences(accept).filter(({ value, q }) => value === CAR && q > 0)
  const wanted = named.length > 0 ? named : [{ value: CAR, parameters: new Map<string, string>(), q: 1 }]
  const chosen = wanted.find((preference) => isOurCar(preference, query))
  return chosen === undefined ? refuseCar() : carFormat(query, chosen)
}

function fromAccept(query: URLSearchParams, accept: string | undefined): ResponseFormat {
  const wanted = preferences(accept).filter(({ q }) => q > 0)
  let refusedCar = false
  for (const preference of wanted) {
    if (preference.value === RAW_CONTENT_TYPE) return { type: 'raw' }
    if (preference.value === CAR && isOurCar(preference, query)) return carFormat(query, preference)
    if (preference.value === CAR) refusedCar = true
    // Whoever names any other type is a browser or a player, and gets the file as it is.
    else return { type: 'file' }
  }
  if (refusedCar) refuseCar()
  return { type: 'file' }
}

function isOurCar(preference: Preference, query: URLSearchParams): boolean {
  return Object.entries(CAR_PARAMETERS).every(([name, values]) => {
    const value = carParameter(name, preference, query)
    return value === undefined || values.includes(value)
  })
}

/** `car-…` in the URL beats the parameter of the header. */
function carParameter(name: string, { parameters }: Preference, query: URLSearchParams): string | undefined {
  return query.get(`car-${name}`) ?? parameters.get(name)
}

function refuseCar(): never {
  throw new ViewError('FORMAT_REFUSED', `the CARs of this server are ${carContentType('y')}, or with dups=n`)
}

function carFormat(query: URLSearchParams, preference: Preference): ResponseFormat {
  const dups = (carParameter('dups', preference, query) ?? DEFAULT_DUPS) === 'n' ? 'n' : 'y'
  const bytes = query.get('entity-bytes')
  const scope = query.get('dag-scope') ?? (bytes === null ? 'all' : 'entity')
  if (scope !== 'block' && scope !== 'entity' && scope !== 'all')
    throw new ViewError('REQUEST_MALFORMED', 'dag-scope is block, entity or all')
  if (bytes === null) return { type: 'car', scope, dups }
  if (scope !== 'entity') throw new ViewError('REQUEST_MALFORMED', 'entity-bytes goes with dag-scope=entity only')
  const [, from = '', to = ''] = /^(-?\d{1,15}):(-?\d{1,15}|\*)$/.exec(bytes) ?? []
  if (from === '') throw new ViewError('REQUEST_MALFORMED', 'entity-bytes is FROM:TO, with * for the end')
  return { type: 'car', scope, dups, entityBytes: { from: Number(from), to: to === '*' ? '*' : Number(to) } }
}
