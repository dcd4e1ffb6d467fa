import type { ListedCopy } from '../../pipeline/copies/listed-copies.ts'
import { copyLines, equalityText, provenCopyLines, stepText } from './copy-text.ts'
import { atRiskText, drillText } from './drill-text.ts'
import { delegatesText, engineText, listedReplicasText, listedRulesText, placeText } from './engine-text.ts'
import type { Event, Match, Progress, Report } from './events.ts'
import { formatBytes, formatDuration, harmless, printable } from './format.ts'
import { checkedText, forkText, holdingsText, mirrorText, waitingText } from './mirror-text.ts'
import { progressLine } from './progress.ts'

interface TextReportOptions {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly stderr: NodeJS.WriteStream
}

/** Files that were ignored, of which people are told by name. */
const SKIPPED_SHOWN = 20
/** Problems of one kind with the rows of spreadsheets that are told one by one; a wrong folder makes one for each row. */
const ROWS_SHOWN = 20
const OF_ROWS = /^(ROW_|VALUE_UNREADABLE|DATE_AMBIGUOUS|ACCESS_UNKNOWN|MEDIA_WITHOUT_METADATA)/

const SAMENESS: Readonly<Record<string, string>> = { true: 'same bytes ', false: 'other bytes', null: 'not compared' }

/** People read this: results on stdout, everything else on stderr. Never parse it; `--json` is for scripts. */
export function textReport({ out, err, stderr }: TextReportOptions): Report {
  const line = progressLine(stderr)
  let skipped = 0
  const rows = new Map<string, number>()
  return {
    emit(event: Event): void {
      line.show(undefined)
      // Eleven thousand videos have as many link files; `--json` lists them all, and `done` counts them.
      if (event.event === 'skipped') {
        skipped += 1
        if (skipped === SKIPPED_SHOWN + 1) err('skipped   … and more; --json lists them all\n')
        if (skipped > SKIPPED_SHOWN) return
      }
      if (event.event === 'problem' && OF_ROWS.test(event.code)) {
        const count = (rows.get(event.code) ?? 0) + 1
        rows.set(event.code, count)
        if (count === ROWS_SHOWN + 1) err(`holdfast: … and more of ${event.code}; add --report FILE lists them all\n`)
        if (count > ROWS_SHOWN) return
      }
      const { stdout = '', stderr: aside = '' } = textOf(event)
      if (stdout !== '') out(`${harmless(stdout)}\n`)
      if (aside !== '') err(`${harmless(aside)}\n`)
    },
    progress(progress: Progress | undefined): void {
      line.show(progress)
    },
  }
}

interface Text {
  readonly stdout?: string
  readonly stderr?: string
}

function textOf(event: Event): Text {
  switch (event.event) {
    case 'bundle':
      return {
        stdout: `${event.status.padEnd(9)} ${event.id || '-'}  ${event.access.padEnd(6)}  ${printable(event.title)}`,
      }
    case 'problem':
      return { stderr: problemText(event) }
    case 'skipped':
      return { stderr: `skipped   ${printable(event.path)}: ${printable(event.reason)}` }
    case 'plan':
      return {
        stderr: `plan: ${event.goesOut} go out (${formatBytes(event.bytes)}), ${event.held} held, ${event.already} already published; cost: nothing`,
      }
    case 'published':
      return { stdout: `published ${event.id}  ${event.root}  statement ${event.index}` }
    case 'copied':
      return { stdout: copiedText(event) }
    case 'adoption':
      return { stdout: `${SAMENESS[String(event.same)]} ${event.id}  ${printable(event.url ?? event.claimId ?? '')}` }
    case 'announced':
      return {
        stdout: [
          `${event.made ? 'announced' : 'unchanged'} /ipns/${event.name}`,
          `  leads to ${event.root} (${event.size} statements), until ${event.validUntil}`,
          `  for DNS  ${event.dnslink}`,
        ].join('\n'),
      }
    case 'told':
      return {
        stdout: `${event.taken ? 'told     ' : 'REFUSED  '} ${event.where}  ${printable(event.message)}`.trimEnd(),
      }
    case 'replicated':
      return { stdout: `${event.state.padEnd(9)} ${event.id}  at ${event.engine}` }
    case 'wouldReplicate':
      return {
        stdout: `would send ${event.bundles} bundles to ${event.engine} (${formatBytes(event.bytes)})`,
      }
    case 'drill':
      return { stdout: drillText(event) }
    case 'atRisk':
      return { stdout: atRiskText(event) }
    case 'delegates':
      return { stdout: delegatesText(event) }
    case 'unpinned':
      return { stdout: `unpinned  ${event.id}  at ${event.engine}` }
    case 'engine':
      return { stdout: engineText(event) }
    case 'place':
      return { stdout: placeText(event) }
    case 'takenBack':
      return { stdout: `taken back ${event.id} from ${event.target}` }
    case 'wouldCopy':
      return { stdout: `would copy ${event.id}  to ${event.target} as ${event.name}  ${formatBytes(event.bytes)}` }
    case 'channel':
      return { stdout: channelText(event) }
    case 'target':
      return { stderr: targetText(event) }
    case 'held':
      return { stdout: `held      ${event.id}  ${printable(event.reason)}` }
    case 'match':
      return { stdout: matchText(event) }
    case 'listed':
      return {
        stdout: `${event.id}  ${event.state.padEnd(10)} ${event.access.padEnd(6)} ${formatBytes(event.bytes).padStart(9)}  ${printable(event.title)}${listedCopiesText(event.copies)}${listedReplicasText(event.replicas)}${listedRulesText(event)}`,
      }
    case 'decided':
      return { stdout: `${event.access.padEnd(9)} ${event.id}  by ${printable(event.by)}` }
    case 'withdrawn':
      return { stdout: `withdrawn ${event.id}  statement ${event.index}` }
    case 'original':
      return { stdout: `original  ${event.id}  ${event.key}  statement ${event.index}` }
    case 'file':
      return {
        stdout: `${event.verified ? 'verified' : 'NOT VERIFIED'}  ${formatBytes(event.bytes).padStart(9)}  ${printable(event.path)}`,
      }
    case 'proof':
      return { stdout: proofText(event) }
    case 'fork':
      return { stdout: forkText(event) }
    case 'step':
      return { stdout: stepText(event) }
    case 'equality':
      return { stdout: equalityText(event) }
    case 'cosigned':
      return { stdout: `cosigned  ${event.origin}, ${event.size} statements, as ${event.name}:\n${event.line}` }
    case 'statement':
      return { stdout: `${event.index}  ${printable(JSON.stringify(event.statement))}` }
    case 'row':
      return { stdout: rowText(event.row) }
    case 'ready':
      return { stdout: readyText(event) }
    case 'fetched':
      return { stdout: `fetched   ${event.id}  ${formatBytes(event.bytes).padStart(9)}  statement ${event.index}` }
    case 'exported':
      return { stdout: `exported  ${event.id}  ${formatBytes(event.bytes).padStart(9)}  statement ${event.index}` }
    case 'removed':
      return { stdout: `removed   ${event.id}  ${event.root}` }
    case 'checked':
      return { stdout: checkedText(event) }
    case 'waiting':
      return { stdout: waitingText(event) }
    case 'purged':
      return {
        stdout: `${event.deleted ? 'deleted' : 'would delete'}  ${formatBytes(event.bytes).padStart(9)}  ${printable(event.path)}`,
      }
    case 'holdings':
      return { stdout: holdingsText(event) }
    case 'mirror':
      return { stdout: mirrorText(event) }
    case 'text':
      return { stdout: event.text.replace(/\n$/u, '') }
    case 'note':
      return { stderr: event.message }
    case 'done':
      return { stderr: doneText(event) }
    default:
      return event satisfies never
  }
}

function readyText({ origin, size, http, metrics, witness, p2p }: Extract<Event, { event: 'ready' }>): string {
  const first = `serving ${origin} (${size} statements) at ${http}`
  const rest = [
    ...(metrics === undefined ? [] : [`metrics at ${metrics}`]),
    ...(witness === undefined ? [] : [`cosigning as ${witness}, at ${http}/witness`]),
    ...(p2p === undefined ? [] : p2pLines(p2p)),
  ]
  return [first, ...rest].join('\n')
}

/** A node that tells no address, such as one behind a tunnel, is still reached by its peer id. */
function p2pLines({
  peerId,
  multiaddrs,
}: {
  readonly peerId: string
  readonly multiaddrs: readonly string[]
}): string[] {
  const places = multiaddrs.length === 0 ? [`as ${peerId}`] : multiaddrs
  return places.map((place) => `and to IPFS nodes at ${place}`)
}

function copiedText({ id, target, status, claimId, url, equality }: Extract<Event, { event: 'copied' }>): string {
  return `${status.padEnd(9)} ${id}  to ${target}: ${printable(url ?? claimId ?? '')}  (same bytes: ${equality})`
}

function channelText({ name, url, amount, confirmations, hasKey }: Extract<Event, { event: 'channel' }>): string {
  const waits = confirmations > 0 ? '' : ', waits for a block'
  return `${printable(name)}  ${printable(url)}  ${amount} LBC${waits}${hasKey ? '' : ', WITHOUT ITS KEY'}`
}

function targetText({
  name,
  channel,
  items,
  bytes,
  lbc,
  available,
  affordable,
  seconds,
}: Extract<Event, { event: 'target' }>): string {
  const time = seconds === null ? '' : `, at least ${formatDuration(seconds)}`
  const short = affordable < items ? `; the wallet pays for ${affordable} of them` : ''
  return `${name}: ${items} to copy to ${printable(channel)} (${formatBytes(bytes)}${time}); ${lbc} LBC of ${available}${short}`
}

function listedCopiesText(copies: readonly ListedCopy[]): string {
  return copies
    .map(({ target, state, reason, url }) => `\n             ${target}: ${state}  ${printable(reason ?? url ?? '')}`)
    .join('')
}

function problemText({ code, message, hint, path, warning }: Extract<Event, { event: 'problem' }>): string {
  const where = path === undefined || message.includes(path) ? '' : `${printable(path)}: `
  const kind = warning === true ? 'warning' : 'error'
  const first = `holdfast: ${kind}: ${where}${printable(message)} (${code})`
  return hint === undefined ? first : `${first}\nholdfast: hint: ${printable(hint)}`
}

function matchText(match: Match): string {
  const lines = [
    `${match.id}  ${match.state}${match.index === null ? '' : `  statement ${match.index}`}`,
    `  root  ${match.root}`,
  ]
  for (const original of match.originals) lines.push(`  was   ${original.url ?? original.key}`)
  for (const file of match.files) lines.push(`  file  ${file.path}  ${formatBytes(file.bytes)}  ${file.cid}`)
  lines.push(...copyLines(match.copies))
  return lines.join('\n')
}

function proofText(proof: Extract<Event, { event: 'proof' }>): string {
  const statement = proof.statement as {
    type?: string
    at?: string
    id?: string
    originals?: { key: string; url?: string }[]
  } | null
  const lines = [
    proof.verified ? 'VERIFIED' : 'NOT VERIFIED',
    `  the publisher of ${proof.checkpoint.origin} asserts, in statement ${proof.index} (${statement?.type ?? 'unknown type'}) of its log of ${proof.checkpoint.size},`,
    `  claimed time ${statement?.at ?? 'unknown'}, bundle ${statement?.id ?? '-'}:`,
  ]
  for (const original of statement?.originals ?? [])
    lines.push(`    these bytes were at ${original.url ?? original.key}`)
  lines.push(...provenCopyLines(proof.statement))
  if (proof.file !== undefined)
    lines.push(`  the file ${printable(proof.file.path)} is, byte for byte, the ${proof.file.role} of that statement`)
  if (proof.witnessed.length === 0) lines.push('  no independent witness')
  for (const seen of proof.witnessed) lines.push(`  witnessed by ${seen.name} not later than ${seen.time}`)
  for (const missing of proof.notChecked) lines.push(`  not checked: ${missing}`)
  return lines.join('\n')
}

/** `what` first, then `name: value`, without what is empty. */
function rowText({ what, ...fields }: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${valueText(value)}`)
  return `${String(what ?? '').padEnd(11)} ${parts.join(' · ')}`
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(', ')
  if (typeof value === 'object' && value !== null) return Object.values(value).map(valueText).join(' ')
  return printable(String(value))
}

function doneText({ event: _event, exit, ...counts }: Extract<Event, { event: 'done' }>): string {
  const parts = Object.entries(counts)
    // Lists of objects were told one by one before.
    .filter(([, value]) => value !== undefined && value !== null && !isListOfObjects(value))
    .map(([name, value]) => `${name}: ${printable(typeof value === 'object' ? JSON.stringify(value) : String(value))}`)
  const head = exit === 0 ? 'done' : `done, exit ${exit}`
  return parts.length === 0 ? head : `${head} · ${parts.join(' · ')}`
}

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.some((member) => typeof member === 'object')
}
