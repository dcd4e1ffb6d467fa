import assert from 'node:assert/strict'

/** One metric of a text exposition of Prometheus. */
export interface Metric {
  readonly type: string
  readonly help: string
  /** Values by their labels as they are written, `kind="raw",status="2xx"`; the empty text where there are none. */
  readonly samples: ReadonlyMap<string, number>
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-z_]+="[^"\\\n]*",?)*)\})? (-?[0-9.e+]+)$/

/** Reads the text format 0.0.4 strictly: each sample belongs to a metric that was announced before, with HELP and TYPE. */
export function parseExposition(text: string): ReadonlyMap<string, Metric> {
  const metrics = new Map<string, { type: string; help: string; samples: Map<string, number> }>()
  for (const line of text.split('\n')) {
    const [, word = '', name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? []
    if (word === 'HELP') metrics.set(name, { type: '', help: rest, samples: new Map() })
    else if (word === 'TYPE') Object.assign(metrics.get(name) ?? assert.fail(`${name} has no HELP`), { type: rest })
    else if (line !== '') {
      const [, metric = '', labels = '', value] = SAMPLE.exec(line) ?? assert.fail(`no sample: ${line}`)
      const { samples } = metrics.get(metric) ?? assert.fail(`${metric} was not announced`)
      assert.ok(!samples.has(labels), `${line} stands twice`)
      samples.set(labels, Number(value))
    }
  }
  return metrics
}

/** One value; fails when it is not there. */
export function sampleOf(metrics: ReadonlyMap<string, Metric>, name: string, labels = ''): number {
  const value = metrics.get(`holdfast_${name}`)?.samples.get(labels)
  assert.ok(value !== undefined, `holdfast_${name}{${labels}} among ${[...metrics.keys()].join(' ')}`)
  return value
}
