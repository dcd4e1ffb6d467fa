import type { Exit } from './exit-codes.ts'
import type { Report } from './report/events.ts'

/** What a command gets besides its own options. */
export interface Context {
  readonly report: Report
  readonly env: NodeJS.ProcessEnv
  /** Aborted by the first Ctrl-C: finish the item at hand, begin no other. */
  readonly stopping: AbortSignal
  /** Aborted by the second Ctrl-C: drop everything. */
  readonly signal: AbortSignal
  /** True when a person is at the terminal and may be asked. */
  readonly interactive: boolean
  /** Asks a yes-or-no question on the terminal; anything but yes is no. */
  confirm(question: string): Promise<boolean>
  /** For a command that people end by Ctrl-C: that is then its ordinary end and not exit 130. */
  endsWhenStopped(): void
  /** What the closing `done` line will carry; later calls add to earlier ones. */
  finish(counts: Readonly<Record<string, unknown>>, exit?: Exit): void
}
