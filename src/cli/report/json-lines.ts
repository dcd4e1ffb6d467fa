import type { Event, Report } from './events.ts'

/** One JSON object a line on stdout, `v` first so that a reader can tell the format before anything else. */
export function jsonLinesReport(write: (line: string) => void): Report {
  return {
    emit(event: Event): void {
      const { event: name, ...fields } = event
      write(`${JSON.stringify({ v: 1, event: name, ...fields })}\n`)
    },
    progress(): void {
      // Progress is for eyes; a script that wants it counts events.
    },
  }
}
