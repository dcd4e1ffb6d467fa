import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ManifestError } from '../../manifest/errors.ts'
import { readGovernance } from '../../manifest/governance.ts'
import {
  formatHeldList,
  formatHoldings,
  type Holdings,
  MAX_LIST_BYTES,
  signHoldings,
  verifyHoldings,
} from '../../manifest/holdings.ts'
import type { Signer } from '../../manifest/signer.ts'
import { HOLDER_AGE_MS } from '../../mirror/reread-share.ts'
import type { TreeHead } from '../../model/tree-head.ts'
import { flushDirectory } from '../../store/durable-directory.ts'
import { writeDurable } from '../../store/durable-file.ts'
import { readError, systemCode } from '../../store/file-errors.ts'
import { nodePrimitives } from '../../store/node-primitives.ts'
import type { FollowedLog } from './followed-log.ts'
import { holdsPartOnly } from './holds-all.ts'
import { latestBelievable } from './last-rehash.ts'

/** The same is said again after so long, so that its readers see that the mirror is still there. */
const AGAIN_MS = 24 * 60 * 60 * 1_000
const NOTE = 'note'

/**
 * Says, signed, what is held of a log of which this mirror is to hold a part: the list first, then the note that names it.
 * Where all of it is to be held, or nothing is, there is no note. Safe to repeat; nothing is written when nothing changed.
 *
 * @see holdings-v1
 * @returns whether a note was signed.
 */
export async function writeHoldings(log: FollowedLog, head: TreeHead, signer: Signer): Promise<boolean> {
  const said = holdsPartOnly(log) ? holdingsOf(log, head) : undefined
  if (said === undefined) {
    await removeBut(log, [])
    return false
  }
  const { holdings, list } = said
  const isNew = !(await isSaid(log, holdings, signer))
  if (isNew) {
    const { holdings: directory } = log.home.paths
    await writeDurable(join(directory, holdings.listSha256), list)
    const time = Math.floor(Date.parse(log.home.now()) / 1000)
    await writeDurable(join(directory, NOTE), signHoldings(holdings, signer, time))
  }
  await removeBut(log, [NOTE, holdings.listSha256])
  return isNew
}

function holdingsOf(
  { home, tables }: FollowedLog,
  { size, root }: TreeHead,
): { readonly holdings: Holdings; readonly list: Uint8Array } | undefined {
  const now = home.now()
  const since = new Date(Date.parse(now) - HOLDER_AGE_MS).toISOString().replace(/\.\d+Z$/u, 'Z')
  const whole = tables.wholeVersions({ since, latest: latestBelievable(now) }).filter(({ index }) => index < size)
  const genesisSha256 = readGovernance(home.fold)?.genesisSha256
  // A line is 60 bytes; more than fits is a mirror that can as well hold all.
  if (whole.length === 0 || genesisSha256 === undefined || whole.length * 60 > MAX_LIST_BYTES) return undefined
  const list = formatHeldList(whole.map((version) => version.root))
  // A date of today by a clock that was a little ahead is not later than now.
  const [oldest = now] = [now, ...whole.map(({ readAt }) => readAt)].sort()
  const bytes = whole.reduce((sum, version) => sum + version.bytes, 0)
  const listSha256 = Buffer.from(nodePrimitives.sha256(list)).toString('hex')
  return { list, holdings: { origin: home.origin, genesisSha256, size, root, listSha256, bytes, oldest } }
}

/** The day of the oldest reading goes on with every sync, and is no reason for another note. */
async function isSaid({ home }: FollowedLog, holdings: Holdings, signer: Signer): Promise<boolean> {
  try {
    const note = await readFile(join(home.paths.holdings, NOTE))
    const { signedAt, oldest } = verifyHoldings(nodePrimitives, [signer.key], note)
    const age = Date.parse(home.now()) - Date.parse(signedAt)
    const isSame = new TextDecoder().decode(note).startsWith(formatHoldings({ ...holdings, oldest }))
    return isSame && oldest <= holdings.oldest && age >= 0 && age < AGAIN_MS
  } catch (error) {
    if (error instanceof ManifestError || systemCode(error) === 'ENOENT') return false
    throw readError(error, home.paths.holdings)
  }
}

async function removeBut({ home }: FollowedLog, kept: readonly string[]): Promise<void> {
  const { holdings } = home.paths
  try {
    const old = (await readdir(holdings)).filter((name) => name === NOTE || /^[0-9a-f]{64}$/u.test(name))
    const gone = old.filter((name) => !kept.includes(name))
    for (const name of gone.sort().reverse()) await rm(join(holdings, name), { force: true })
    if (gone.length > 0) await flushDirectory(holdings)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw readError(error, holdings)
  }
}
