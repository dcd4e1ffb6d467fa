import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import type { Evidence, Ledger } from '../../../../src/publish/target.ts'

/** Notes in one file, on disk when `save` returns. */
export function aFileLedger(path: string): Ledger {
  return {
    get evidence() {
      return readEvidence(path)
    },
    save(evidence) {
      const next = `${path}.next`
      const file = openSync(next, 'w')
      writeSync(file, JSON.stringify(evidence))
      fsyncSync(file)
      closeSync(file)
      renameSync(next, path)
    },
  }
}

function readEvidence(path: string): Evidence {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Evidence
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}
