import type { Problem } from '../model/errors.ts'
import type { Successor } from '../read/verify-governance.ts'

/** What a reader of a log has to know whose approvers have closed it; nothing went wrong, so it decides no exit code. */
export function endedProblem({ origin, genesisSha256 }: Successor): Problem {
  return {
    code: 'LOG_ENDED',
    message: `the approvers of this log have closed it; it goes on as ${origin} (genesis ${genesisSha256})`,
    hint: 'ask for the policy of that log over another channel: what it says is newer than this',
  }
}
