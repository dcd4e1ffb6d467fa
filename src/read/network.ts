/** How requests leave this machine. */
export interface NetworkSettings {
  /** http, https, socks5 or socks5h URL, with its user and password; undefined lets requests go direct. */
  readonly proxyUrl: string | undefined
  /** Longest silence of a source, in milliseconds. A slow line is fine, a silent one is not. @default 30000 */
  readonly idleMs?: number
  /** How long a source may be slower than 1 kB a second, in milliseconds. @default 60000 */
  readonly graceMs?: number
}

let current: Required<NetworkSettings> | undefined

/** Called once a process, before anything is dialled; what is open already keeps its own settings. */
export function configureNetwork({ proxyUrl, idleMs = 30_000, graceMs = 60_000 }: NetworkSettings): void {
  current = { proxyUrl, idleMs, graceMs }
}

/**
 * What `configureNetwork` was told.
 *
 * @throws {TypeError} when nobody has told: a caller that forgot the configuration must not go past its proxy.
 */
export function networkSettings(): Required<NetworkSettings> {
  if (current === undefined) throw new TypeError('the network is used before configureNetwork was called')
  return current
}

let close: (() => Promise<void>) | undefined

/** Tells what `closeNetwork` has to close; this file stays free of the packages that dial, since every command loads it. */
export function closesWith(closing: () => Promise<void>): void {
  close = closing
}

/** Ends all connections, so that the process can end; answers under way are lost. May be called again. */
export async function closeNetwork(): Promise<void> {
  await close?.()
}
