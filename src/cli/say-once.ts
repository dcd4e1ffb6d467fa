import type { Problem } from '../model/errors.ts'
import type { Context } from './context.ts'

/** Reports faults of sources. One that lies does so for every block; once is enough to know. */
export function sayOnce(context: Context): (source: string, problem: Problem) => void {
  const said = new Set<string>()
  return (source, problem) => {
    const key = `${source} ${problem.code}`
    if (said.has(key)) return
    said.add(key)
    context.report.emit({ event: 'problem', ...problem })
  }
}
