import { fuzzed } from './fuzzed.ts'
import { bundleDocument, filesDocument } from './parsers/bundle-documents.ts'
import { fileNames } from './parsers/file-names.ts'
import { infoJson } from './parsers/info-json.ts'
import { lintedText, mediaMetadata } from './parsers/lint.ts'

/** Tables (CSV, XLSX) belong here: a target in `parsers/`, and its name in this list. */
fuzzed('documents', [infoJson, fileNames, bundleDocument, filesDocument, lintedText, mediaMetadata])
