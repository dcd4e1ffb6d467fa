import type { BundleDocument, BundleFile } from '../model/bundle.ts'

/** RO-Crate 1.2, "Root Data Entity" and "RO-Crate Metadata Descriptor": https://w3id.org/ro/crate/1.2 */
const RO_CRATE = 'https://w3id.org/ro/crate/1.2'
/** For works whose rights nobody stated; RO-Crate requires a licence. Source: https://rightsstatements.org/page/UND/1.0/ */
const UNDETERMINED = 'https://rightsstatements.org/vocab/UND/1.0/'
const NO_TITLE = 'Untitled testimony'
const NO_DESCRIPTION = 'A testimony that was public elsewhere; its source gave no description.'

/** A JSON-LD object of the crate's graph. */
export interface CrateEntity {
  readonly '@id': string
  readonly '@type': string
  readonly [property: string]: unknown
}

/** A document of the bundle as its crate lists it. */
export interface CrateDocument {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/**
 * Retells a bundle as an RO-Crate metadata document (bundle-v1 section 5), from its own documents alone.
 * `datePublished`, which RO-Crate requires, is absent where the source does not say it: bundle-v1 5.3.
 */
export function crateOf(
  document: BundleDocument,
  documents: readonly CrateDocument[],
  files: readonly BundleFile[],
): object {
  const license = document.license ?? UNDETERMINED
  const parts = [...documents.map(documentEntity), ...files.map(fileEntity)]
  return {
    '@context': `${RO_CRATE}/context`,
    '@graph': [
      {
        '@id': 'ro-crate-metadata.json',
        '@type': 'CreativeWork',
        about: reference('./'),
        conformsTo: reference(RO_CRATE),
      },
      rootEntity(document, license, parts),
      ...parts,
      { '@id': license, '@type': 'CreativeWork', name: license === UNDETERMINED ? 'Copyright Undetermined' : license },
      ...document.originals.flatMap(({ key, url }): CrateEntity[] =>
        url === undefined ? [] : [{ '@id': url, '@type': 'WebPage', identifier: key }],
      ),
    ],
  }
}

function rootEntity(document: BundleDocument, license: string, parts: readonly CrateEntity[]): CrateEntity {
  const urls = document.originals.flatMap(({ url }) => (url === undefined ? [] : [reference(url)]))
  return {
    '@id': './',
    '@type': 'Dataset',
    name: document.title[0]?.value ?? document.originals[0]?.key ?? NO_TITLE,
    description: document.description?.[0]?.value ?? NO_DESCRIPTION,
    license: reference(license),
    hasPart: parts.map((part) => reference(part['@id'])),
    ...(document.publishedAt === undefined ? {} : { datePublished: document.publishedAt }),
    ...(document.languages === undefined ? {} : { inLanguage: document.languages }),
    ...(document.tags === undefined ? {} : { keywords: document.tags }),
    ...(urls.length === 0 ? {} : { isBasedOn: urls }),
  }
}

function fileEntity(file: BundleFile): CrateEntity {
  const language = file.language === undefined ? {} : { inLanguage: file.language }
  const { path, bytes, sha256, mediaType, role, cid } = file
  return { ...partEntity({ path, bytes, sha256 }, mediaType), genre: role, identifier: `ipfs://${cid}`, ...language }
}

function documentEntity(document: CrateDocument): CrateEntity {
  return partEntity(document, 'application/json')
}

function partEntity({ path, bytes, sha256 }: CrateDocument, mediaType: string): CrateEntity {
  return { '@id': path, '@type': 'File', name: path, contentSize: String(bytes), encodingFormat: mediaType, sha256 }
}

function reference(id: string): { readonly '@id': string } {
  return { '@id': id }
}
