import * as v from 'valibot'
import { LbryDaemonError } from './errors.ts'

const NO_OBJECT = 'the inputs must be an object'

/**
 * Inputs as they may be sent. Unknown ones are refused here, since the daemon fails on some of them only half-way.
 *
 * @throws {LbryDaemonError} `LBRY_INPUT_INVALID`, which names the input and never repeats it.
 */
export function parseParams<Params>(method: string, schema: v.GenericSchema<unknown, Params>, params: unknown): Params {
  if (Array.isArray(params)) throw new LbryDaemonError('LBRY_INPUT_INVALID', { method, what: NO_OBJECT })
  const { success, output, issues } = v.safeParse(schema, params, { abortEarly: true })
  if (success) return output
  const [issue] = issues
  throw new LbryDaemonError('LBRY_INPUT_INVALID', { method, what: sentenceOf(issue) })
}

function sentenceOf(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map(({ key }) => String(key)).join('.')
  const name = path
    .toWellFormed()
    .replace(/[^\w.]/g, '?')
    .slice(0, 60)
  if (issue.type === 'strict_object' && issue.expected === 'never') return `there is no input ${name}`
  if (issue.type === 'strict_object') return name === '' ? NO_OBJECT : `${name} must be given`
  // A check over several inputs is a sentence of its own.
  return name === '' || (/^[A-Z]/.test(issue.message) && issue.path === undefined)
    ? issue.message
    : `${name} must be ${issue.message}`
}
