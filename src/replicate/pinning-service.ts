import type { PinEngine, PinOptions, PinRequest, PinState } from './engine.ts'
import type { EngineLine } from './engine-http.ts'
import { ReplicateError } from './errors.ts'
import { blockFromGateway } from './gateway-block.ts'
import { addWish, type PinWish, removeWish, requireService, wishesOf } from './pinning-service-requests.ts'

export interface PinningService extends EngineLine {
  /** Multiaddresses under which the service finds what it is to pin, at most 20. */
  readonly origins: readonly string[]
  /** Where blocks are read back; without it nothing can be. Gets no token. */
  readonly gateway: EngineLine | undefined
}

/**
 * A service that pins for others, over the Pinning Service API 1.0.0. Nothing is sent to it: it is told a CID, and where to fetch
 * it. So a bundle is accepted first, and pinned once the service says so.
 *
 * @see https://ipfs.github.io/pinning-services-api-spec/
 */
export function pinningServiceEngine(service: PinningService): PinEngine {
  const { name, gateway } = service
  return {
    name,
    ...(gateway === undefined ? { isUnreadable: true } : {}),
    prepare: (signal) => requireService(service, signal),
    pin: (request, options) => pin(service, request, options),
    status: async (root, signal) => stateOf(service, await wishesOf(service, [root], signal)),
    async statuses(roots, signal) {
      const wishes = (await wishesOf(service, roots, signal)).filter(({ status }) => status !== 'failed')
      // Those that are pinned last, so that they stand.
      const last = wishes.toSorted((a, b) => Number(a.status === 'pinned') - Number(b.status === 'pinned'))
      return new Map(last.map(({ root, status }) => [root, status === 'pinned' ? 'pinned' : 'accepted']))
    },
    async remove(root, signal) {
      for (const wish of await wishesOf(service, [root], signal)) await removeWish(service, wish, signal)
    },
    async readBlock(_root, cid, signal) {
      if (gateway !== undefined) return await blockFromGateway(gateway, cid, signal)
      throw new ReplicateError('ENGINE_UNREADABLE', `${name} has no gateway that blocks could be read back from`, {
        hint: 'name one in engines.toml: docs/guides/engines.md',
      })
    },
  }
}

async function pin(
  service: PinningService,
  request: PinRequest,
  { signal, onDelegates }: PinOptions,
): Promise<Exclude<PinState, 'absent'>> {
  const before = await wishesOf(service, [request.root], signal)
  const wanted = before.filter(({ status }) => status !== 'failed')
  const isWaiting = wanted.some(({ status }) => status !== 'pinned')
  if (wanted.length > 0 && (request.again !== true || isWaiting)) {
    const state = stateOf(service, before) === 'pinned' ? 'pinned' : 'accepted'
    if (state === 'accepted') onDelegates?.(wanted.flatMap(({ delegates }) => delegates))
    return state
  }
  const { root, id } = request
  const origins = service.origins.length === 0 ? {} : { origins: service.origins }
  const wish = await addWish(service, { cid: root, name: `holdfast ${id}`, ...origins }, signal)
  // Only now, so that the bundle is never without a wish; and not the new one, where the service names wishes by their CID.
  for (const old of before) if (old.requestId !== wish.requestId) await removeWish(service, old, signal)
  const failed = [wish, ...before].find(({ status }) => status === 'failed')
  if (wish.status === 'pinned') return 'pinned'
  if (failed !== undefined) throw couldNot(service, failed)
  onDelegates?.(wish.delegates)
  return 'accepted'
}

/** @throws {ReplicateError} `ENGINE_REFUSED` where the service tried and could not. */
function stateOf(service: PinningService, wishes: readonly PinWish[]): PinState {
  if (wishes.some(({ status }) => status === 'pinned')) return 'pinned'
  if (wishes.some(({ status }) => status !== 'failed')) return 'accepted'
  const [failed] = wishes
  if (failed !== undefined) throw couldNot(service, failed)
  return 'absent'
}

function couldNot({ name, origins }: PinningService, { details }: PinWish): ReplicateError {
  const why = details === '' ? 'it does not say why' : details
  return new ReplicateError('ENGINE_REFUSED', `${name} could not fetch it: ${why}`, {
    hint:
      origins.length === 0
        ? 'it needs somebody to fetch it from: run `holdfast serve --p2p`, and give its addresses as `origins` in engines.toml'
        : 'see that `holdfast serve --p2p` runs and can be reached at the `origins` of engines.toml; the next publish asks again',
  })
}
