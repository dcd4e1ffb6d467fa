/**
 * The whole of Holdfast in two lines, left to right:
 *
 *     files ─intake→ bundle ─address→ root CID ─clear→ plan ─replicate→ engines ─record→ manifest ─announce→ readers
 *                                              └─publish→ targets ─record→ manifest ─announce→ readers
 *
 * `add` is intake and address; `planPublication` decides what is cleared; `publish` replicates, records and announces;
 * `fillEngines` brings that to engines that somebody else runs, and `audit` reads it back from there;
 * `publishCopies` brings to targets what readers see, and records that; `adoptClaims` recognises what targets had before;
 * `withdraw` stops serving and records that, and `takeBackCopies` abandons the copies. Each step is idempotent, leaves its evidence in the home before the next
 * begins, and can be killed at any instant: running the command again finishes the work.
 */
export { type AddCounts, type AddOptions, add } from './pipeline/add.ts'
export { type AdoptCounts, adoptClaims } from './pipeline/copies/adopt-claims.ts'
export { type CopiesOptions, type CopyCounts, publishCopies } from './pipeline/copies/publish-copies.ts'
export { takeBackCopies } from './pipeline/copies/take-back-copies.ts'
export { type DecideOptions, decideAccess } from './pipeline/decide-access.ts'
export { type AuditOptions, audit } from './pipeline/engines/audit.ts'
export type { AuditedPlace } from './pipeline/engines/audited-place.ts'
export { type FillCounts, type FillOptions, fillEngines } from './pipeline/engines/fill-engines.ts'
export type { OnEvent, PipelineEvent } from './pipeline/events.ts'
export type { Home } from './pipeline/home.ts'
export { type InitialiseOptions, initialise } from './pipeline/init.ts'
export { openHome } from './pipeline/open-home.ts'
export { type Plan, planPublication } from './pipeline/plan.ts'
export { type PublishCounts, type PublishOptions, publish } from './pipeline/publish.ts'
export { type WithdrawOptions, withdraw } from './pipeline/withdraw.ts'
