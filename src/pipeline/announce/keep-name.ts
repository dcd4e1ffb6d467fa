import { isRenewalDue } from '../../announce/sequence.ts'
import { HoldfastError, type Problem } from '../../model/errors.ts'
import { openAnnounced } from '../../store/announced.ts'
import type { HomePaths } from '../../store/home.ts'
import { openHome } from '../open-home.ts'
import { makeOwnRecord, openNameKey, ownRecord } from './own-record.ts'

/** How often a server looks whether the record of its name is due. */
const EVERY_MS = 60 * 60 * 1_000

export interface KeepName {
  /** Never asks a person: nobody sits at a server. */
  readonly askPassphrase: (label: string) => Promise<string>
  readonly onProblem: (problem: Problem) => void
}

/**
 * Makes the record of the own name anew when a third of its time is over, so that the name leads on while nothing is published.
 * The key is opened for that alone; the lock of the home is taken for the moment of writing.
 *
 * @returns whether a record was made.
 * @throws {StoreError} where the key cannot be opened; `HOME_LOCKED` while another command writes.
 */
export async function renewName({ home: directory }: HomePaths, options: KeepName): Promise<boolean> {
  await using reading = await openHome(directory)
  if (!isDue(reading)) return false
  const key = await openNameKey(reading, options.askPassphrase, options.onProblem)
  await using home = await openHome(directory, { write: 'serve' })
  const root = openAnnounced(home.db).newest()
  // Another command may have made it meanwhile.
  if (root === undefined || !isDue(home)) return false
  makeOwnRecord(home, root, key)
  return true
}

/** Looks at once and every hour for as long as it is open; what goes wrong is told, and tried again. */
export function startKeepingName(paths: HomePaths, options: KeepName): Disposable {
  const look = async (): Promise<void> => {
    try {
      await renewName(paths, options)
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error
      if (error.code !== 'HOME_LOCKED' && error.code !== 'STATE_BUSY') options.onProblem(notRenewed(error))
    }
  }
  void look()
  const timer = setInterval(() => void look(), EVERY_MS).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

/** A log that was never announced has nothing to renew. */
function isDue(home: Parameters<typeof ownRecord>[0] & { now(): string }): boolean {
  const record = ownRecord(home)
  return record !== undefined && isRenewalDue(record, Date.parse(home.now()))
}

function notRenewed({ code, message }: HoldfastError): Problem {
  return {
    code: 'NAME_NOT_RENEWED',
    message: `the record of the name of this log is due and cannot be made here: ${message} (${code})`,
    hint: 'run `holdfast announce` within two months; until then the name leads where it did',
  }
}
