import { resolve } from 'node:path'
import type { Policy } from '../manifest/policy.ts'
import type { FollowSettings } from '../mirror/settings.ts'
import { ipnsNameText, parseIpnsName } from '../model/ipns-name.ts'
import { CliError } from './errors.ts'
import { readPolicy } from './policy-option.ts'

/** Options of `mirror add`; those that were not given leave what is set. */
export interface MirrorOptions {
  readonly from?: string[]
  readonly router?: string[]
  readonly gateway?: string[]
  readonly peer?: string[]
  readonly policy?: string
  readonly budget?: string
  readonly include?: string[]
  readonly order?: 'newest' | 'smallest'
  readonly limit?: string
  readonly jurisdiction?: string[]
}

/**
 * What is wanted of a log: of a new one what was given, of one that is followed what was set and what is given now.
 *
 * @throws {CliError} `USAGE`; {MirrorError} `MIRROR_SETTINGS_INVALID`, `RULE_MALFORMED`; {ManifestError} `POLICY_MALFORMED`;
 *   {P2pError} `PEER_ADDRESS_INVALID`.
 */
export async function addedSettings(
  home: string,
  name: string,
  options: MirrorOptions,
): Promise<{ readonly policy: Policy; readonly settings: FollowSettings }> {
  const { checkFollowSettings } = await import('../mirror/settings.ts')
  const { parseRule } = await import('../mirror/include-rule.ts')
  const { knownSettings } = await import('../pipeline/mirror/add-mirror.ts')
  const { followedDirectory, requireMirrorHome } = await import('../pipeline/mirror/mirror-home.ts')
  const { homePaths } = await import('../store/home.ts')
  const { nodePrimitives } = await import('../store/node-primitives.ts')
  await requireMirrorHome(home)
  const known = await knownSettings(home, name)
  if (known === undefined && (options.from === undefined || options.policy === undefined)) {
    throw new CliError('USAGE', `${name} is not followed yet: say where it is read and whose signatures count`, {
      hint: 'give --from with an address, and --policy with the file that the publisher handed out',
    })
  }
  for (const rule of options.include ?? []) parseRule(rule)
  if (options.peer !== undefined) await requireDialled(options.peer)
  const given = {
    ...(options.from === undefined ? {} : { from: options.from.map(placeOf) }),
    ...(options.router === undefined ? {} : { routers: options.router }),
    ...(options.gateway === undefined ? {} : { gateways: options.gateway }),
    ...(options.peer === undefined ? {} : { peers: options.peer }),
    ...(options.budget === undefined ? {} : { budget: await sizeOf('--budget', options.budget) }),
    ...(options.include === undefined ? {} : { include: options.include }),
    ...(options.order === undefined ? {} : { order: options.order }),
    ...(options.limit === undefined ? {} : { limit: await sizeOf('--limit', options.limit) }),
    ...(options.jurisdiction === undefined ? {} : { jurisdictions: options.jurisdiction }),
  }
  const policy = options.policy ?? homePaths(followedDirectory(home, name)).policy
  return {
    policy: await readPolicy(policy, nodePrimitives.sha256),
    settings: checkFollowSettings({ ...known, ...given }, 'the options'),
  }
}

/** A directory is meant from where one stands, and read from elsewhere later. */
function placeOf(where: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//iu.test(where)) return resolve(where)
  const key = where.startsWith('ipns://') ? parseIpnsName(where.slice('ipns://'.length)) : undefined
  if (key !== undefined) return `ipns://${ipnsNameText(key)}`
  const url = /^https?:\/\//u.test(where) ? URL.parse(where) : null
  // It stands in a file and in what is reported, so it must hold no secret.
  if (url !== null && url.username === '' && url.password === '') return where
  throw new CliError('USAGE', `${url?.host ?? where} is no place to read a log from`, {
    hint: 'give an http or https address without user and password, ipns:// and a name such as k51…, or a directory',
  })
}

async function requireDialled(peers: readonly string[]): Promise<void> {
  const { parseDialled } = await import('../p2p/addresses.ts')
  for (const peer of peers) parseDialled(peer)
}

async function sizeOf(option: string, text: string): Promise<number> {
  const { parseSize } = await import('../mirror/size.ts')
  const bytes = parseSize(text)
  if (bytes !== undefined) return bytes
  throw new CliError('USAGE', `${option} must be a size, and ${text} is none`, { hint: 'write 500MB, 2TB or 0' })
}
