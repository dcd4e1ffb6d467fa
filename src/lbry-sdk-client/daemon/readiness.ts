import type { DaemonStatus } from './wallet-results.ts'

export interface Readiness {
  readonly ready: boolean
  /** What is still to come; empty when ready. */
  readonly waitsFor: readonly ('daemon' | 'wallet' | 'file_manager' | 'hub' | 'blocks')[]
}

/** Whether a daemon can publish: all started, its hub connected and its wallet up to the last block (facts 1.5). */
export function readiness({ is_running, startup_status, wallet }: DaemonStatus): Readiness {
  const waitsFor: Readiness['waitsFor'][number][] = []
  if (!is_running) waitsFor.push('daemon')
  if (startup_status?.['wallet'] !== true) waitsFor.push('wallet')
  if (startup_status?.['file_manager'] !== true) waitsFor.push('file_manager')
  if ((wallet?.connected ?? '') === '') waitsFor.push('hub')
  if (wallet?.blocks_behind !== 0) waitsFor.push('blocks')
  return { ready: waitsFor.length === 0, waitsFor }
}
