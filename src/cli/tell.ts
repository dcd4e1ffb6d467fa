import type { OnEvent } from '../pipeline/events.ts'
import type { Report } from './report/events.ts'

/** Turns what the pipeline says into what the command line reports. */
export function tell(report: Report): OnEvent {
  return (event) => {
    switch (event.type) {
      case 'bundle': {
        const { type, ...fields } = event
        report.emit({ event: type, ...fields })
        return
      }
      case 'problem':
        report.emit({
          event: 'problem',
          ...event.problem,
          ...(event.row?.outcome === 'warning' ? { warning: true as const } : {}),
        })
        return
      case 'skipped':
        report.emit({ event: 'skipped', path: event.path, reason: event.reason })
        return
      case 'held':
        report.emit({ event: 'held', id: event.id, reason: event.reason })
        return
      case 'withdrawn':
        report.emit({ event: 'withdrawn', id: event.id, index: event.index })
        return
      case 'published':
        report.emit({ event: 'published', id: event.id, root: event.root, index: event.index })
        return
      case 'taken-back':
        report.emit({ event: 'takenBack', id: event.id, target: event.target })
        return
      case 'replicated':
        report.emit({ event: 'replicated', id: event.id, root: event.root, engine: event.engine, state: event.state })
        return
      case 'delegates':
        report.emit({ event: 'delegates', engine: event.engine, addresses: event.addresses })
        return
      case 'unpinned':
        report.emit({ event: 'unpinned', id: event.id, root: event.root, engine: event.engine })
        return
      case 'adoption': {
        const { type, ...fields } = event
        report.emit({ event: type, ...fields })
        return
      }
      case 'copied': {
        const { type, ...fields } = event
        report.emit({ event: type, ...fields })
        return
      }
      case 'progress': {
        const { type: _type, ...progress } = event
        report.progress(progress)
        return
      }
      default:
        event satisfies never
    }
  }
}
