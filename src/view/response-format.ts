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
  | { readonly type: 'car'; readonly scope: DagScope; readonly entityBytes?: EntityBytes }

/** The only kind of CAR that is made here: without memory of what was sent, so that its size does not matter. */
export const CAR_CONTENT_TYPE = 'application/vnd.ipld.car; version=1; order=dfs; dups=y'
export const RAW_CONTENT_TYPE = 'application/vnd.ipld.raw'
const CAR = 'application/vnd.ipld.car'
/** Parameters of a CAR that can be satisfied; a missing one leaves the choice to us. */
const CAR_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  version: ['1'],
  order: ['dfs', 'unk'],
  dups: ['y'],
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
  const wanted = preferences(accept).filter(({ value, q }) => value === CAR && q > 0)
  if (wanted.length > 0 && !wanted.some((preference) => isOurCar(preference, query))) refuseCar()
  if (!isOurCar({ value: CAR, parameters: new Map(), q: 1 }, query)) refuseCar()
  return carFormat(query)
}

function fromAccept(query: URLSearchParams, accept: string | undefined): ResponseFormat {
  const wanted = preferences(accept).filter(({ q }) => q > 0)
  let refusedCar = false
  for (const preference of wanted) {
    if (preference.value === RAW_CONTENT_TYPE) return { type: 'raw' }
    if (preference.value === CAR && isOurCar(preference, query)) return carFormat(query)
    if (preference.value === CAR) refusedCar = true
    // Whoever names any other type is a browser or a player, and gets the file as it is.
    else return { type: 'file' }
  }
  if (refusedCar) refuseCar()
  return { type: 'file' }
}

/** `car-…` in the URL beats the parameter of the header. */
function isOurCar({ parameters }: Preference, query: URLSearchParams): boolean {
  return Object.entries(CAR_PARAMETERS).every(([name, values]) => {
    const value = query.get(`car-${name}`) ?? parameters.get(name)
    return value === undefined || values.includes(value)
  })
}

function refuseCar(): never {
  throw new ViewError('FORMAT_REFUSED', `the CARs of this server are ${CAR_CONTENT_TYPE}`)
}

function carFormat(query: URLSearchParams): ResponseFormat {
  const bytes = query.get('entity-bytes')
  const scope = query.get('dag-scope') ?? (bytes === null ? 'all' : 'entity')
  if (scope !== 'block' && scope !== 'entity' && scope !== 'all')
    throw new ViewError('REQUEST_MALFORMED', 'dag-scope is block, entity or all')
  if (bytes === null) return { type: 'car', scope }
  if (scope !== 'entity') throw new ViewError('REQUEST_MALFORMED', 'entity-bytes goes with dag-scope=entity only')
  const [, from = '', to = ''] = /^(-?\d{1,15}):(-?\d{1,15}|\*)$/.exec(bytes) ?? []
  if (from === '') throw new ViewError('REQUEST_MALFORMED', 'entity-bytes is FROM:TO, with * for the end')
  return { type: 'car', scope, entityBytes: { from: Number(from), to: to === '*' ? '*' : Number(to) } }
}
