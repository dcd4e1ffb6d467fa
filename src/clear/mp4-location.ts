import { type BoundedFile, ReadBudgetSpent } from './bounded-file.ts'
import { isBlank, LOCATION_NAME, type LocationSearch, type LocationTag } from './media-lint.ts'
import { type Box, BoxCounter, BoxesMalformed, boxesBetween } from './mp4-boxes.ts'

/** Boxes whose content is boxes, on the way to metadata. */
const CONTAINERS = new Set(['moov', 'trak', 'udta', 'mdia', 'minf', 'stbl', 'ilst'])
const MAX_DEPTH = 10
/** Metadata that is larger than this is art or telemetry; its beginning is enough to judge it. */
const MAX_VALUE = 65_536
/** Sample entries of tracks that record the way: GoPro, camera motion (Street View). */
const TELEMETRY = ['gpmd', 'camm'] as const
/** UUID of a box that holds XMP (Adobe XMP specification, part 3). */
const XMP_UUID = 'be7acfcb97a942e89c71999491e3afac'

/** What one walk carries along. */
interface Walk {
  readonly file: BoundedFile
  readonly tags: LocationTag[]
  readonly counter: BoxCounter
}

/**
 * Looks for location in MP4, MOV, 3GP and M4A: `©xyz`, `loci`, metadata keys of Apple and ffmpeg, iTunes' free-form items,
 * XMP, boxes of dashboard cameras, telemetry tracks. Media data is skipped, never read.
 */
export async function findMp4Location(file: BoundedFile): Promise<LocationSearch> {
  const walk: Walk = { file, tags: [], counter: new BoxCounter() }
  let sawMovie = false
  try {
    for await (const box of boxesBetween(file, 0, file.size, walk.counter)) {
      sawMovie ||= box.type === 'moov'
      await visit(walk, box, '', 0)
    }
  } catch (cause) {
    if (cause instanceof BoxesMalformed) return { tags: walk.tags, incomplete: cause.message }
    if (cause instanceof ReadBudgetSpent) return { tags: walk.tags, incomplete: 'its metadata is too large' }
    throw cause
  }
  return sawMovie ? { tags: walk.tags } : { tags: walk.tags, incomplete: 'it has no description of its media' }
}

async function visit(walk: Walk, box: Box, parent: string, depth: number): Promise<void> {
  if (depth > MAX_DEPTH) throw new BoxesMalformed('boxes lie too deep')
  const path = parent === '' ? box.type : `${parent}/${box.type}`
  if (box.type === 'meta') return visitMeta(walk, box, path, depth)
  if (box.type === '----') return visitFreeForm(walk, box, path)
  if (CONTAINERS.has(box.type)) {
    for await (const child of boxesBetween(walk.file, box.start, box.end, walk.counter))
      await visit(walk, child, path, depth + 1)
    return
  }
  const tag = await judge(walk.file, box, path)
  if (tag) walk.tags.push(tag)
}

/** Judges a box by itself; returns the tag it is, if it names a place. */
async function judge(file: BoundedFile, box: Box, path: string): Promise<LocationTag | undefined> {
  const value = () => file.read(box.start, Math.min(box.end - box.start, MAX_VALUE))
  switch (box.type) {
    case '\u00a9xyz':
      return tagUnlessBlank(path, (await value()).subarray(4))
    case 'loci':
      return judgeLoci(path, await value())
    case 'gps ':
    case 'GPS ':
      return { tag: path, value: await value() }
    case 'stsd':
      return judgeSamples(path, await value())
    case 'uuid':
    case 'XMP_':
      return judgeXmp(path, await value(), box.type === 'XMP_')
    default:
      return undefined
  }
}

/** 3GPP TS 26.244 section 8.12: flags, language, name, role, then longitude, latitude, altitude in 16.16. */
function judgeLoci(path: string, value: Uint8Array): LocationTag | undefined {
  const name = value.subarray(6)
  const end = name.indexOf(0)
  const place = name.subarray(end + 2, end + 10)
  const says = end > 0 || (end === 0 && place.some((byte) => byte !== 0))
  return says ? { tag: path, value } : undefined
}

function judgeSamples(path: string, value: Uint8Array): LocationTag | undefined {
  const text = new TextDecoder('latin1').decode(value)
  const entry = text.slice(12, 16)
  const names = TELEMETRY.some((kind) => kind === entry) || (entry === 'mebx' && /location/i.test(text))
  return names ? { tag: `${path}/${entry}`, value } : undefined
}

function judgeXmp(path: string, value: Uint8Array, isXmp: boolean): LocationTag | undefined {
  if (!isXmp && Buffer.from(value.subarray(0, 16)).toString('hex') !== XMP_UUID) return undefined
  return Buffer.from(value).includes('GPSL') ? { tag: `${path}/XMP`, value } : undefined
}

function tagUnlessBlank(tag: string, value: Uint8Array): LocationTag | undefined {
  return isBlank(value) ? undefined : { tag, value }
}

/**
 * `meta` of MP4 has four bytes of version and flags before its boxes, that of QuickTime has none. `keys` names the items of
 * `ilst` by number (QuickTime File Format, "Metadata").
 */
async function visitMeta(walk: Walk, box: Box, path: string, depth: number): Promise<void> {
  const start = new TextDecoder('latin1').decode(await walk.file.read(box.start, 8)).endsWith('hdlr')
    ? box.start
    : box.start + 4
  let names: readonly string[] = []
  for await (const child of boxesBetween(walk.file, start, box.end, walk.counter)) {
    if (child.type === 'keys') names = await readKeys(walk.file, child)
    else if (child.type === 'ilst') await visitItems(walk, child, path, names)
    else await visit(walk, child, path, depth + 1)
  }
}

async function readKeys(file: BoundedFile, box: Box): Promise<readonly string[]> {
  const value = await file.read(box.start, Math.min(box.end - box.start, MAX_VALUE))
  const view = new DataView(value.buffer, value.byteOffset, value.length)
  const names: string[] = []
  for (let at = 8; at + 8 <= value.length; ) {
    const size = view.getUint32(at)
    if (size < 8) throw new BoxesMalformed('a metadata key has no room for itself')
    names.push(new TextDecoder().decode(value.subarray(at + 8, at + size)))
    at += size
  }
  return names
}

async function visitItems(walk: Walk, list: Box, path: string, names: readonly string[]): Promise<void> {
  for await (const item of boxesBetween(walk.file, list.start, list.end, walk.counter)) {
    if (item.type === '----') await visitFreeForm(walk, item, `${path}/ilst/----`)
    const number = [...item.type].reduce((sum, symbol) => sum * 256 + symbol.charCodeAt(0), 0)
    const name = names[number - 1] ?? item.type
    if (!LOCATION_NAME.test(name)) continue
    for await (const part of boxesBetween(walk.file, item.start, item.end, walk.counter)) {
      if (part.type !== 'data') continue
      const value = await walk.file.read(part.start, Math.min(part.end - part.start, MAX_VALUE))
      const tag = tagUnlessBlank(`${path}/ilst/${name.slice(0, 80)}`, value.subarray(8))
      if (tag) walk.tags.push(tag)
    }
  }
}

/** iTunes' own items: `mean`, `name` and `data` side by side. */
async function visitFreeForm(walk: Walk, box: Box, path: string): Promise<void> {
  let named = false
  for await (const part of boxesBetween(walk.file, box.start, box.end, walk.counter)) {
    if (part.type !== 'name' && part.type !== 'data') continue
    const value = await walk.file.read(part.start, Math.min(part.end - part.start, MAX_VALUE))
    if (part.type === 'name') named = LOCATION_NAME.test(new TextDecoder().decode(value.subarray(4)))
    else if (named && !isBlank(value.subarray(8))) walk.tags.push({ tag: path, value: value.subarray(8) })
  }
}
