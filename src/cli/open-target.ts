import type { BundleDocument } from '../model/bundle.ts'
import type { Teller } from '../pipeline/copies/offer.ts'
import type { HomePaths } from '../store/home.ts'
import { ConfigError } from './config-errors.ts'
import type { OpenTarget } from './copy-to-targets.ts'
import { type ClaimSettings, type LbrySettings, type OdyseeSettings, readTargets } from './targets-file.ts'
import type { World } from './world.ts'

interface TargetHome {
  readonly paths: HomePaths
  readonly origin: string
}

/**
 * Opens a target of this home by its name. Nothing is asked of it yet.
 *
 * @throws {ConfigError} `TARGET_UNKNOWN`, `CONFIG_INVALID`.
 */
export async function openTarget(name: string, world: World, home: TargetHome): Promise<OpenTarget> {
  const targets = await readTargets(home.paths.targets)
  if (name === 'lbry' && targets.lbry !== undefined) return openLbry(targets.lbry, home)
  if (name === 'odysee' && targets.odysee !== undefined) return openOdysee(targets.odysee, world, home)
  throw new ConfigError('TARGET_UNKNOWN', `this home has no target ${name}`, {
    hint: 'name one with `holdfast target add lbry` or `holdfast target add odysee`',
  })
}

async function openLbry(settings: LbrySettings, home: TargetHome): Promise<OpenTarget> {
  const { openLbryTarget } = await import('../publish/lbry/target.ts')
  const { url, allowRemote, channel, bid, blobs, waits } = settings
  const { outbound } = await import('../read/dispatcher.ts')
  const target = openLbryTarget({
    ...{ url, allowRemote, channel, bid, waits, linkDirectory: home.paths.links, dispatcher: outbound() },
    ...(blobs === '' ? {} : { blobs }),
  })
  return { target, teller: await tellerOf(settings, home) }
}

async function openOdysee(settings: OdyseeSettings, world: World, home: TargetHome): Promise<OpenTarget> {
  const { openOdyseeTarget } = await import('../publish/odysee/target.ts')
  const { openToken } = await import('../store/token.ts')
  const { outbound } = await import('../read/dispatcher.ts')
  const token = async (): Promise<string> =>
    world.odyseeToken() ?? (await openToken(home.paths.odyseeToken, () => world.askPassphrase('the token of Odysee')))
  const target = openOdyseeTarget({
    ...{ channel: settings.channel, token, dispatcher: outbound() },
    ...(settings.url === '' ? {} : { url: settings.url }),
    timing: settings.timing,
  })
  return { target, teller: await tellerOf(settings, home) }
}

async function tellerOf(settings: ClaimSettings, { origin }: TargetHome): Promise<Teller> {
  const { claimText } = await import('../publish/claim/claim-text.ts')
  const { publicName } = await import('../publish/claim/public-name.ts')
  const thumbnail = settings.thumbnail === '' ? {} : { thumbnail: settings.thumbnail }
  return {
    claimText: ({ id, root, document }) => {
      const options = { ...thumbnail, sensitive: isSensitive(document, settings), now: Math.floor(Date.now() / 1000) }
      return claimText(document, id, root, `${origin}/${id}`, options)
    },
    publicName,
  }
}

function isSensitive({ tags = [] }: BundleDocument, { sensitive, sensitiveTags }: ClaimSettings): boolean {
  return sensitive || tags.some((tag) => sensitiveTags.includes(tag))
}
