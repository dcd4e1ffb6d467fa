import { fuzzed } from './fuzzed.ts'
import { config } from './parsers/config.ts'
import { reference } from './parsers/reference.ts'
import { selection } from './parsers/selection.ts'
import { url } from './parsers/url.ts'

fuzzed('what people type', [url, reference, config, selection])
