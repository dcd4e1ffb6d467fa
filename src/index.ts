/**
 * The public API for Node.js: a publisher's home (take in, decide, publish, take back), and what a reader needs, who has a
 * policy and the address of a manifest (`configureNetwork` comes first, `closeNetwork` last). What is not named here may
 * change without notice. The formats alone, without I/O and also for browsers, are `holdfast/manifest`.
 */
export { type Hasher, openHasher } from './address/hash-file.ts'
export type { Access, Layout } from './intake/layout.ts'
export { ytDlpLayout } from './intake/layouts/yt-dlp.ts'
export { type BundleView, bundleView } from './manifest/bundle-view.ts'
export { type Policy, parsePolicy, policyOfVkey } from './manifest/policy.ts'
export { isBundleId, parseBundleId } from './model/bundle-id.ts'
export { HoldfastError, type Problem, problemOf } from './model/errors.ts'
export { type Original, parseOriginal, parseReference, type Reference, urlOfKey } from './model/original.ts'
export { heldBundles } from './pipeline/held-bundles.ts'
export { makeReceipt } from './pipeline/make-receipt.ts'
export { type LogWorld, openLog } from './pipeline/open-log.ts'
export { type Selection, selectBundles } from './pipeline/selection.ts'
export {
  type AddCounts,
  type AddOptions,
  add,
  type DecideOptions,
  decideAccess,
  type Home,
  type InitialiseOptions,
  initialise,
  type OnEvent,
  openHome,
  type PipelineEvent,
  type Plan,
  type PublishCounts,
  type PublishOptions,
  planPublication,
  publish,
  type WithdrawOptions,
  withdraw,
} from './pipeline.ts'
export { gatewaySource } from './read/block-pool.ts'
export type { BlockSource } from './read/block-source.ts'
export { type GetOptions, type GotFile, getBundle, type PromisedBundle } from './read/get-bundle.ts'
export { lookUpIn, lookUpReference, readReference } from './read/look-up-reference.ts'
export type { Answer, LookupOptions } from './read/lookup.ts'
export { type ManifestSource, openManifestSource } from './read/manifest-source.ts'
export { closeNetwork, configureNetwork, type NetworkSettings } from './read/network.ts'
export { type OpenManifest, type OpenOptions, openManifest } from './read/open-manifest.ts'
export { type EntryStore, type VerifiedLog, type VerifyOptions, verifyManifest } from './read/verify-manifest.ts'
export { type VerifiedReceipt, verifyReceipt } from './read/verify-receipt.ts'
export type { LogWriter } from './record/log-writer.ts'
export { embeddedEngine } from './replicate/embedded.ts'
export type { PinEngine } from './replicate/engine.ts'
export { nodePrimitives } from './store/node-primitives.ts'
export { VERSION } from './version.ts'
