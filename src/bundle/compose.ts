import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { BundleDocument, BundleFile, BundleOriginal, LanguageText } from '../model/bundle.ts'
import { parseBundleDocument } from '../model/parse-bundle.ts'
import { parseFilesDocument } from '../model/parse-files.ts'
import { crateOf } from './crate.ts'

/** One of the three documents of a bundle. */
export interface ComposedDocument {
  readonly path: 'bundle.json' | 'files.json' | 'ro-crate-metadata.json'
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface ComposedBundle {
  readonly documents: readonly ComposedDocument[]
  /** SHA-256 of the bytes of `files.json`, lower-case hex. */
  readonly filesSha256: string
}

/**
 * Writes the documents of a published bundle (docs/spec/bundle-v1.md). The bytes depend on nothing but the two arguments, and
 * on their order only where the specification calls them a list. Fields that the specification does not know are left out.
 *
 * @param files - public files under the names that `neutralNames` gave them.
 * @throws {DocumentError} when the result would break bundle-v1; nothing that a reader would refuse is ever composed.
 */
export function composeBundle(document: BundleDocument, files: readonly BundleFile[]): ComposedBundle {
  const known = bundleOf(document)
  const listed = files.map(fileOf).sort((a, b) => order(a.path, b.path))
  const bundle = jcs(known)
  const fileList = jcs({ schema: 'holdfast-files/1', files: listed })
  parseBundleDocument(bundle)
  parseFilesDocument(fileList)
  const filesSha256 = sha256(fileList)
  const own = [
    { path: 'bundle.json', bytes: bundle.length, sha256: sha256(bundle) },
    { path: 'files.json', bytes: fileList.length, sha256: filesSha256 },
  ]
  const crate = jcs(crateOf(known, own, listed))
  const documents: readonly ComposedDocument[] = [
    { path: 'bundle.json', bytes: bundle },
    { path: 'files.json', bytes: fileList },
    { path: 'ro-crate-metadata.json', bytes: crate },
  ]
  return { documents, filesSha256 }
}

/** Copies by name, so that a field nobody thought of can never be published by accident. */
function bundleOf(given: BundleDocument): BundleDocument {
  const { schema, title, description, languages, publishedAt, durationMs, tags, chapters, originals, license } = given
  return {
    schema,
    title: title.map(textOf),
    ...(description === undefined ? {} : { description: description.map(textOf) }),
    ...(languages === undefined ? {} : { languages: [...languages].sort(order) }),
    ...(publishedAt === undefined ? {} : { publishedAt }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(tags === undefined ? {} : { tags }),
    ...(chapters === undefined ? {} : { chapters: chapters.map(chapterOf) }),
    originals: originals.map(originalOf).sort((a, b) => order(a.key, b.key)),
    ...(license === undefined ? {} : { license }),
  }
}

function textOf({ language, value }: LanguageText): LanguageText {
  return { language, value }
}

type Chapter = NonNullable<BundleDocument['chapters']>[number]

function chapterOf({ startMs, endMs, title }: Chapter): Chapter {
  return { startMs, title, ...(endMs === undefined ? {} : { endMs }) }
}

function originalOf({ key, url, publishedAt, account }: BundleOriginal): BundleOriginal {
  return {
    key,
    ...(url === undefined ? {} : { url }),
    ...(publishedAt === undefined ? {} : { publishedAt }),
    ...(account === undefined ? {} : { account }),
  }
}

function fileOf({ path, cid, bytes, sha256: digest, mediaType, role, language }: BundleFile): BundleFile {
  return { path, cid, bytes, sha256: digest, mediaType, role, ...(language === undefined ? {} : { language }) }
}

/** Order of UTF-16 code units, the one that JCS uses for names. */
function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

function jcs(value: object): Uint8Array<ArrayBuffer> {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('a document cannot be empty')
  return new TextEncoder().encode(text)
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
