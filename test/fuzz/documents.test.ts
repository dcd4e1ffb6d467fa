import { fuzzed } from './fuzzed.ts'
import { bundleDocument, filesDocument } from './parsers/bundle-documents.ts'
import { fileNames } from './parsers/file-names.ts'
import { infoJson } from './parsers/info-json.ts'
import { lintedText, mediaMetadata } from './parsers/lint.ts'

fuzzed('documents', [infoJson, fileNames, bundleDocument, filesDocument, lintedText, mediaMetadata])
