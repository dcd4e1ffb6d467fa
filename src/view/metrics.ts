import { Counter, Gauge, Registry } from 'prom-client'
import type { Gauges, MirrorGauges, ReadGauges } from './ports.ts'
import { ANSWER_KINDS, FAULT_KINDS, STATUS_CLASSES, type Tally } from './tally.ts'

/** An exposition in the text format of Prometheus. */
export interface Exposition {
  readonly contentType: string
  text(): Promise<string>
}

/**
 * The metrics of one server. Labels come from closed lists; nothing about the process or its host is in them, because
 * default metrics tell of versions and of the machine.
 */
export function exposition(tally: Tally, readGauges: ReadGauges): Exposition {
  const registry = new Registry()
  counters(registry, tally)
  const show = gauges(registry)
  return {
    contentType: registry.contentType,
    async text() {
      show(readGauges(), tally.openStreams)
      return await registry.metrics()
    },
  }
}

/** Each counts elsewhere and is copied when it is asked for; sets of labels that never occurred are shown as 0. */
function counters(registry: Registry, tally: Tally): void {
  counter(registry, 'requests_total', 'Answers by what was asked for and how they ended', ['kind', 'status'], () =>
    ANSWER_KINDS.flatMap((kind) =>
      STATUS_CLASSES.map((status) => [{ kind, status }, tally.requests[kind][status]] as const),
    ),
  )
  counter(registry, 'sent_bytes_total', 'Bytes of content handed on, by what was asked for', ['kind'], () =>
    ANSWER_KINDS.map((kind) => [{ kind }, tally.bytes[kind]] as const),
  )
  counter(registry, 'read_faults_total', 'Reads for an answer that failed on this machine', ['code'], () =>
    FAULT_KINDS.map((code) => [{ code }, tally.faults[code]] as const),
  )
  counter(registry, 'verify_failures_total', 'Blocks that did not match their hash when they were read', [], () => [
    [{}, tally.faults.BLOCK_DAMAGED],
  ])
  counter(registry, 'answers_cut_total', 'Answers broken off after they had begun', [], () => [[{}, tally.cut]])
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

function counter(
  registry: Registry,
  name: string,
  help: string,
  labels: readonly string[],
  read: () => readonly Sample[],
): void {
  new Counter({
    ...{ name: `holdfast_${name}`, help, labelNames: [...labels], registers: [registry] },
    collect() {
      this.reset()
      for (const [values, value] of read()) this.inc({ ...values }, value)
    },
  })
}

function gauges(registry: Registry): (read: Gauges, openStreams: number) => void {
  const gauge = (name: string, help: string, labels: readonly string[] = []): Gauge =>
    new Gauge({ name: `holdfast_${name}`, help, labelNames: [...labels], registers: [registry] })
  const open = gauge('open_streams', 'Answers with content under way')
  const age = gauge('head_age_seconds', 'Seconds since the publisher made the head that is served')
  const size = gauge('manifest_size', 'Statements under the head that is served')
  const bundles = gauge('bundles', 'Bundles of this home by state', ['state'])
  const files = gauge('files_unsound', 'Published files that lie in no sound place, by what is wrong', ['state'])
  const failing = gauge('blocks_failing', 'Blocks that could not be given when last asked for')
  const below = gauge('bundles_below_rule', 'Published bundles whose copies break a rule')
  const cosigned = gauge('cosignature_age_seconds', 'Seconds since a key last cosigned that head', ['key'])
  const audited = gauge('audit_age_seconds', 'Seconds since blocks were last read back from a place', ['place'])
  const showMirror = mirrorGauges(gauge)
  return (read, openStreams) => {
    open.set(openStreams)
    cosigned.reset()
    for (const { key, seconds } of read.cosignatures ?? []) cosigned.set({ key }, seconds)
    audited.reset()
    for (const { place, seconds } of read.audits ?? []) audited.set({ place }, seconds)
    showMirror(read.mirror)
    if (read.headAgeSeconds === undefined) age.remove()
    else age.set(read.headAgeSeconds)
    size.set(read.manifestSize)
    for (const [state, count] of Object.entries(read.bundles)) bundles.set({ state }, count)
    for (const [state, count] of Object.entries(read.files)) files.set({ state }, count)
    failing.set(read.failingBlocks)
    if (read.belowRule === undefined) below.remove()
    else below.set(read.belowRule)
  }
}

type MakeGauge = (name: string, help: string, labels?: readonly string[]) => Gauge

/** Of a publisher none of them has a value. */
function mirrorGauges(gauge: MakeGauge): (read: MirrorGauges | undefined) => void {
  const shown: readonly (readonly [Gauge, keyof MirrorGauges])[] = [
    [gauge('held_bytes', 'Bytes of content that this mirror holds'), 'heldBytes'],
    [gauge('missing_bundles', 'Bundles that are wanted and not here'), 'missingBundles'],
    [gauge('missing_bytes', 'Bytes of them'), 'missingBytes'],
    [gauge('lag_statements', 'Statements that a source has shown and that are not served here'), 'lagStatements'],
    [gauge('lag_seconds', 'Seconds since the log was last followed to its end'), 'lagSeconds'],
    [gauge('quarantined_files', 'Files of what was withdrawn'), 'quarantinedFiles'],
    [
      gauge('waiting_withdrawals', 'Bundles whose withdrawal waits for approvals or the operator'),
      'waitingWithdrawals',
    ],
    [gauge('unread_seconds', 'Seconds since the held file was read whole that was not for longest'), 'unreadSeconds'],
  ]
  return (read) => {
    for (const [each, name] of shown) {
      const value = read?.[name]
      if (value === undefined) each.remove()
      else each.set(value)
    }
  }
}
