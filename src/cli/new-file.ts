import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { PipelineError } from '../pipeline/errors.ts'
import { CliError } from './errors.ts'

/** The kinds of spreadsheet that commands write. */
export type SpreadsheetKind = 'csv' | 'xlsx'

/**
 * Checks the name of a spreadsheet that a command is to write, before the work begins.
 *
 * @throws {CliError} `USAGE` for another ending; {PipelineError} `OUTPUT_EXISTS`: it may be somebody's only copy.
 */
export function requireNewSpreadsheet(path: string): SpreadsheetKind {
  const [, ending = ''] = /\.(csv|xlsx)$/i.exec(path) ?? []
  if (ending === '')
    throw new CliError('USAGE', `${path} ends neither in .csv nor in .xlsx`, { hint: 'give it one of these endings' })
  if (existsSync(path)) throw exists(path)
  return ending.toLowerCase() === 'csv' ? 'csv' : 'xlsx'
}

/** Writes a file that is not there yet; never over another one. @throws {PipelineError} `OUTPUT_EXISTS`. */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(path, bytes, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no reason given'
    if (code === 'EEXIST') throw exists(path)
    throw new CliError('USAGE', `${path} cannot be written (${code})`, {
      cause,
      hint: 'name a place that you may write to',
    })
  }
}

function exists(path: string): PipelineError {
  return new PipelineError('OUTPUT_EXISTS', `${resolve(path)} is there already`, {
    hint: 'Give another name, or move it away.',
  })
}
