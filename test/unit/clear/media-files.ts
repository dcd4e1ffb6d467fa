/** Builds the smallest files that carry what the lint looks for. Nothing here is a playable video. */

const PLACE = '+43.2389+076.8897/'

export function bytes(...parts: readonly (string | number | Uint8Array | readonly number[])[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(part, 'latin1')
      if (typeof part === 'number') return uint32(part)
      return Buffer.from(part)
    }),
  )
}

export function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32BE(value)
  return buffer
}

export function box(type: string, ...content: readonly (string | Uint8Array)[]): Buffer {
  const body = bytes(...content)
  return bytes(body.length + 8, type, body)
}

/** The same with a 64-bit size. */
export function wideBox(type: string, ...content: readonly (string | Uint8Array)[]): Buffer {
  const body = bytes(...content)
  const size = Buffer.alloc(8)
  size.writeBigUInt64BE(BigInt(body.length + 16))
  return bytes(1, type, size, body)
}

export const FTYP: Buffer = box('ftyp', 'isom\0\0\0\0isom')
export const MVHD: Buffer = box('mvhd', Buffer.alloc(100))

/** `©xyz` as Android and QuickTime write it: length, language, text. */
export function xyz(place: string = PLACE): Buffer {
  return box('\u00a9xyz', Buffer.from([0, place.length, 0x15, 0xc7]), place)
}

/** `loci` of 3GPP TS 26.244: name, role, longitude, latitude and altitude in 16.16. */
export function loci(name: string, degrees: number): Buffer {
  return box('loci', bytes(0, [0x15, 0xc7], name, [0, 0], degrees * 65_536, degrees * 65_536, 0, 'earth\0\0'))
}

/** `meta` with `keys` and `ilst`; QuickTime's has no version before its boxes. */
export function keyedMeta(key: string, value: string, style: 'mp4' | 'quicktime'): Buffer {
  const handler = box('hdlr', bytes(0, 0, 'mdta', 0, 0, 0, [0]))
  const keys = box('keys', bytes(0, 1, key.length + 8, 'mdta', key))
  const list = box('ilst', bytes(8 + 16 + value.length, 1, box('data', bytes(1, 0, value))))
  return style === 'mp4' ? box('meta', uint32(0), handler, keys, list) : box('meta', handler, keys, list)
}

export function freeFormItem(name: string, value: string): Buffer {
  const item = box(
    '----',
    box('mean', bytes(0, 'com.apple.iTunes')),
    box('name', bytes(0, name)),
    box('data', bytes(1, 0, value)),
  )
  return box('udta', box('meta', uint32(0), box('hdlr', Buffer.alloc(25)), box('ilst', item)))
}

/** A track whose samples are of one kind. */
export function track(sampleEntry: Buffer): Buffer {
  return box('trak', box('mdia', box('minf', box('stbl', box('stsd', bytes(0, 1, sampleEntry))))))
}

/** One EBML element; `id` as hexadecimal digits. The size takes eight bytes, as ffmpeg writes it for large elements. */
export function element(id: string, ...content: readonly (string | Uint8Array)[]): Buffer {
  const body = bytes(...content)
  const size = Buffer.alloc(8)
  size.writeBigUInt64BE(BigInt(body.length))
  size[0] = 0x01
  return bytes(Buffer.from(id, 'hex'), size, body)
}

export function matroska(...segment: readonly Uint8Array[]): Buffer {
  return bytes(element('1a45dfa3', Buffer.from('4282847765626d', 'hex')), element('18538067', ...segment))
}

export function matroskaTag(name: string, value: string): Buffer {
  return element('1254c367', element('7373', element('67c8', element('45a3', name), element('4487', value))))
}

/** TIFF with a GPS directory of latitude and longitude, as EXIF has it; little-endian. */
export function exifWithGps(): Buffer {
  const entry = (tag: number, type: number, count: number, value: number | string) => {
    const field = Buffer.alloc(12)
    field.writeUInt16LE(tag, 0)
    field.writeUInt16LE(type, 2)
    field.writeUInt32LE(count, 4)
    if (typeof value === 'number') field.writeUInt32LE(value, 8)
    else field.write(value, 8, 'latin1')
    return field
  }
  const gpsAt = 26
  const rationalsAt = gpsAt + 2 + 4 * 12 + 4
  const rationals = Buffer.alloc(48)
  for (const [index, value] of [43, 1, 14, 1, 20, 1, 76, 1, 53, 1, 22, 1].entries())
    rationals.writeUInt32LE(value, index * 4)
  return bytes(
    'II*\0',
    [8, 0, 0, 0],
    [1, 0],
    entry(0x8825, 4, 1, gpsAt),
    [0, 0, 0, 0],
    [4, 0],
    entry(1, 2, 2, 'N'),
    entry(2, 5, 3, rationalsAt),
    entry(3, 2, 2, 'E'),
    entry(4, 5, 3, rationalsAt + 24),
    [0, 0, 0, 0],
    rationals,
  )
}

/** TIFF whose one tag says how the picture is turned. */
export function exifWithoutGps(): Buffer {
  return bytes('II*\0', [8, 0, 0, 0], [1, 0], [0x12, 0x01, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0])
}

export function jpeg(...segments: readonly Buffer[]): Buffer {
  return bytes([0xff, 0xd8], ...segments, [0xff, 0xda, 0, 2], Buffer.alloc(64, 0x55), [0xff, 0xd9])
}

export function app1(content: Buffer): Buffer {
  const length = content.length + 2
  return bytes([0xff, 0xe1, length >> 8, length & 0xff], content)
}

export function png(...chunks: readonly Buffer[]): Buffer {
  return bytes(
    [0x89],
    'PNG\r\n\x1a\n',
    pngChunk('IHDR', Buffer.from('00000001000000010806000000', 'hex')),
    ...chunks,
    pngChunk('IEND', Buffer.alloc(0)),
  )
}

/** Nobody who looks for metadata checks the CRC, so it stays zero. */
export function pngChunk(type: string, content: Buffer): Buffer {
  return bytes(content.length, type, content, 0)
}

export function webp(...chunks: readonly Buffer[]): Buffer {
  const body = bytes('WEBP', ...chunks)
  const size = Buffer.alloc(4)
  size.writeUInt32LE(body.length)
  return bytes('RIFF', size, body)
}

export function riffChunk(type: string, content: Buffer): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(content.length)
  return bytes(type, size, content)
}
