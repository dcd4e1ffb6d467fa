/**
 * The whole of Holdfast in one line, left to right:
 *
 *     files ─intake→ bundle ─address→ root CID ─clear→ plan ─replicate→ engines ─record→ manifest ─announce→ readers
 *
 * `add` is intake and address; `planPublication` decides what is cleared; `publish` replicates, records and announces;
 * `withdraw` stops serving and records that. Each step is idempotent, leaves its evidence in the home before the next
 * begins, and can be killed at any instant: running the command again finishes the work.
 */
export { type AddCounts, type AddOptions, add } from './pipeline/add.ts'
export { type DecideOptions, decideAccess } from './pipeline/decide-access.ts'
export type { OnEvent, PipelineEvent } from './pipeline/events.ts'
export type { Home } from './pipeline/home.ts'
export { type InitialiseOptions, initialise } from './pipeline/init.ts'
export { openHome } from './pipeline/open-home.ts'
export { type Plan, planPublication } from './pipeline/plan.ts'
export { type PublishCounts, type PublishOptions, publish } from './pipeline/publish.ts'
export { type WithdrawOptions, withdraw } from './pipeline/withdraw.ts'
