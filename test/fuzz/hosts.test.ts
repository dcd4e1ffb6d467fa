import { fuzzed } from './fuzzed.ts'
import { httpAnswer } from './parsers/http-answer.ts'
import { lookupHost } from './parsers/lookup-host.ts'

fuzzed('hosts that lie', [httpAnswer, lookupHost])
