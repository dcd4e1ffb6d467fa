import { lbryLanguages } from '../../src/lbry-sdk-client/index.ts'

/** Writes claims as protobuf, the way LBRY's wallets do, for those fields that the fake daemon knows. */
export interface ClaimText {
  readonly title?: string
  readonly description?: string
  readonly thumbnail_url?: string
  readonly tags?: readonly string[]
  readonly languages?: readonly string[]
}

export interface StreamText extends ClaimText {
  readonly author?: string
  readonly license?: string
  readonly license_url?: string
  readonly release_time?: number
  readonly video?: { readonly width: number; readonly height: number; readonly duration: number }
  readonly source?: {
    readonly hash: string
    readonly name: string
    readonly size: number
    readonly media_type: string
    readonly sd_hash: string
  }
}

/** The client lists languages in the order of LBRY's claim.proto, which counts them from 1. */
const LANGUAGES: Readonly<Record<string, number>> = Object.fromEntries(lbryLanguages().map((tag, i) => [tag, i + 1]))
/** The few that tests use, with their numbers in LBRY's claim.proto. */
const COUNTRIES: Readonly<Record<string, number>> = { BR: 32, CN: 46, KZ: 115 }
const SCRIPTS: Readonly<Record<string, number>> = { Arab: 5, Cyrl: 31, Hans: 57, Hant: 58, Latn: 88 }

export function encodeStream(stream: StreamText): Uint8Array {
  const { source, video } = stream
  const inner = Buffer.concat([
    source === undefined
      ? Buffer.alloc(0)
      : bytes(
          1,
          Buffer.concat([
            bytes(1, Buffer.from(source.hash, 'hex')),
            text(2, source.name),
            varint(3, BigInt(source.size)),
            text(4, source.media_type),
            bytes(6, Buffer.from(source.sd_hash, 'hex')),
          ]),
        ),
    text(2, stream.author),
    text(3, stream.license),
    text(4, stream.license_url),
    stream.release_time === undefined ? Buffer.alloc(0) : varint(5, BigInt.asUintN(64, BigInt(stream.release_time))),
    video === undefined ? Buffer.alloc(0) : bytes(11, numbers(video.width, video.height, video.duration)),
  ])
  return Buffer.concat([bytes(1, inner), encodeText(stream)])
}

export function encodeChannel(publicKey: Uint8Array, channel: ClaimText): Uint8Array {
  return Buffer.concat([bytes(2, bytes(1, publicKey)), encodeText(channel)])
}

function encodeText({ title, description, thumbnail_url, tags = [], languages = [] }: ClaimText): Buffer {
  return Buffer.concat([
    text(8, title),
    text(9, description),
    thumbnail_url === undefined ? Buffer.alloc(0) : bytes(10, text(5, thumbnail_url)),
    ...tags.map((tag) => text(11, tag)),
    ...languages.map((tag) => bytes(12, languageTag(tag))),
  ])
}

function languageTag(tag: string): Buffer {
  const [language = '', ...rest] = tag.split('-')
  const script = rest.find((part) => part.length === 4)
  const region = rest.find((part) => part.length === 2)
  return numbers(
    known(LANGUAGES, language),
    script === undefined ? 0 : known(SCRIPTS, script),
    region === undefined ? 0 : known(COUNTRIES, region),
  )
}

function known(table: Readonly<Record<string, number>>, name: string): number {
  const number = table[name]
  if (number === undefined) throw new RangeError(`the fake daemon does not know the number of ${name}: add it`)
  return number
}

/** Fields 1, 2, 3…; zeros are left out, as protobuf does. */
function numbers(...values: readonly number[]): Buffer {
  return Buffer.concat(values.map((value, i) => (value === 0 ? Buffer.alloc(0) : varint(i + 1, BigInt(value)))))
}

function text(field: number, value: string | undefined): Buffer {
  return value === undefined || value === '' ? Buffer.alloc(0) : bytes(field, Buffer.from(value))
}

function bytes(field: number, value: Uint8Array): Buffer {
  return Buffer.concat([base128(BigInt(field * 8 + 2)), base128(BigInt(value.length)), value])
}

function varint(field: number, value: bigint): Buffer {
  return Buffer.concat([base128(BigInt(field * 8)), base128(value)])
}

function base128(value: bigint): Buffer {
  const out: number[] = []
  let rest = value
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    out.push(rest === 0n ? low : low | 0x80)
  } while (rest !== 0n)
  return Buffer.from(out)
}
