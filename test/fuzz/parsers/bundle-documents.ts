import assert from 'node:assert/strict'
import canonicalize from 'canonicalize'
import { composeBundle } from '../../../src/bundle/compose.ts'
import { DOCUMENT_ERROR_CODES } from '../../../src/model/document-errors.ts'
import { parseBundleDocument } from '../../../src/model/parse-bundle.ts'
import { parseFilesDocument } from '../../../src/model/parse-files.ts'
import { type ValidVector, vectors } from '../../unit/bundle/vectors.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'

const composed = vectors<ValidVector>('valid').map(({ document, files }) => composeBundle(document, files).documents)

/** `bundle.json` of a stranger's bundle. */
export const bundleDocument: FuzzTarget = {
  name: 'bundle.json',
  share: 25_000,
  codes: DOCUMENT_ERROR_CODES,
  words: ['"title":[{"language":"kk","value":"x"}]', '"tags":["', '"originals":[', 'holdfast-bundle/1'],
  maxBytes: 1024 * 1024,
  seeds: () =>
    composed.flatMap((documents) => documents.filter(({ path }) => path === 'bundle.json').map(({ bytes }) => bytes)),
  run(input) {
    assert.equal(canonicalize(parseBundleDocument(input)), Buffer.from(input).toString())
    return ACCEPTED
  },
}

/** `files.json` of a stranger's bundle: it names the files that `get` writes. */
export const filesDocument: FuzzTarget = {
  name: 'files.json',
  share: 25_000,
  codes: DOCUMENT_ERROR_CODES,
  words: ['"path":"', 'video-2.mp4', '../', 'subtitles.kk.vtt', '"role":"video"', 'holdfast-files/1'],
  maxBytes: 1024 * 1024,
  seeds: () =>
    composed.flatMap((documents) => documents.filter(({ path }) => path === 'files.json').map(({ bytes }) => bytes)),
  run(input) {
    const files = parseFilesDocument(input)
    assert.equal(canonicalize({ schema: 'holdfast-files/1', files }), Buffer.from(input).toString())
    for (const { path } of files) assert.match(path, /^[a-z][A-Za-z0-9.-]*$/)
    return ACCEPTED
  },
}
