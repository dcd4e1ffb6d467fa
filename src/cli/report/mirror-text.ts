import type { Event } from './events.ts'
import { formatBytes, printable } from './format.ts'

/** One log that a mirror follows, on a few lines: what is held, how old it is, what is wrong. */
export function mirrorText(event: Extract<Event, { event: 'mirror' }>): string {
  const { name, origin, size, asOf, lastSync, held, bytes, budget, missing, missingBytes } = event
  const most = budget === 0 ? '' : ` of ${formatBytes(budget)}`
  const lines = [
    `${name}  ${printable(origin)}`,
    `  ${size} statements${asOf === '' ? '' : ` as of ${asOf}`}; last followed ${lastSync === '' ? 'never' : lastSync}`,
    `  ${held} bundles held, ${formatBytes(bytes)}${most}${event.readSince === '' ? '' : `; all of it read again since ${event.readSince}`}`,
  ]
  if (event.cosignatures.length > 0)
    lines.push(
      `  cosigned by ${event.cosignatures.map((each) => `${printable(each.name)} at ${each.time}`).join(', ')}`,
    )
  if (event.lag > 0) lines.push(`  ${event.lag} STATEMENTS BEHIND: a source has them, and they are not shown here`)
  if (missing > 0) lines.push(`  ${missing} bundles not here yet, ${formatBytes(missingBytes)}`)
  if (event.quarantined > 0) lines.push(`  ${event.quarantined} files in quarantine`)
  if (event.waiting > 0) lines.push(`  ${event.waiting} withdrawals wait for approvals (WITHDRAWALS_WAIT)`)
  if (event.evidence !== undefined)
    lines.push(`  STOPPED: its heads contradict each other (LOG_FORKED); evidence: ${printable(event.evidence)}`)
  for (const { name: ipnsName, root, served, validUntil } of event.ipnsNames) {
    const leads = root === '' ? 'no record of it is known' : `leads to ${root} until ${validUntil}`
    lines.push(`  /ipns/${ipnsName} ${leads}${root !== '' && !served ? ', which is too old to be given on' : ''}`)
  }
  for (const source of event.sources) {
    const fault = source.code === '' ? 'no fault' : `${source.code} at ${source.at}`
    const order = source.strikes > 0 || source.isPeer ? ', asked last' : ''
    const has = source.isPeer ? '' : `${source.size} statements, `
    const from = source.isPeer ? 'peer' : 'from'
    lines.push(`  ${from} ${printable(source.name)}: ${has}${formatBytes(source.bytes)}, ${fault}${order}`)
  }
  return lines.join('\n')
}

/** What two contradicting heads prove, and of whom. */
export function forkText({ origin, older, newer }: Extract<Event, { event: 'fork' }>): string {
  return [
    `proven: ${printable(origin)} signed two heads that cannot both be true`,
    `  ${older.size} statements, root ${older.root}`,
    `  ${newer.size} statements, root ${newer.root}`,
    'not checked: who holds the key that signed them',
  ].join('\n')
}

/** What a mirror says that it holds, and that this is its word. */
export function holdingsText(event: Extract<Event, { event: 'holdings' }>): string {
  const { origin, size, roots, bytes, oldest, holder, signedAt } = event
  return [
    `${printable(holder)} said at ${signedAt}, signed: of ${printable(origin)}, ${size} statements, it holds`,
    `  ${roots === undefined ? '' : `${roots} bundles, `}${formatBytes(bytes)}, all read again since ${oldest}`,
    `not checked: ${roots === undefined ? 'which bundles (give the list with --file), and ' : ''}whether the bytes are there`,
  ].join('\n')
}

/** What reading everything again found, and whether the mirror can say that it holds all. */
export function checkedText({
  name,
  files,
  bytes,
  damaged,
  whyNotHolder,
}: Extract<Event, { event: 'checked' }>): string {
  const found = damaged === 0 ? 'all right' : `${damaged} DAMAGED OR GONE: the next sync fetches them again`
  const holder =
    whyNotHolder === undefined ? 'holds all of it' : `does not sign as a holder: ${printable(whyNotHolder)}`
  return `${name}  ${files} files read, ${formatBytes(bytes)}, ${found}\n  ${holder}`
}

/** A withdrawal that is not obeyed, and why not. */
export function waitingText({ id, index, reason, state, at }: Extract<Event, { event: 'waiting' }>): string {
  const why = state === 'kept' ? 'served on, as you decided' : 'waits'
  return `${why} since ${at}  ${id}  statement ${index}, reason: ${reason}`
}
