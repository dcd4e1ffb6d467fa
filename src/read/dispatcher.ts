import { Agent, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from 'undici'
import { closesWith, type NetworkSettings, networkSettings } from './network.ts'

let open: { readonly settings: NetworkSettings; readonly dispatcher: Dispatcher } | undefined

/** The one way out: every request goes through it, and with a proxy configured none goes past that. */
export function outbound(): Dispatcher {
  const settings = networkSettings()
  if (open?.settings !== settings) {
    void open?.dispatcher.destroy()
    closesWith(closeConnections)
    open = { settings, dispatcher: dispatcherFor(settings) }
  }
  return open.dispatcher
}

/** To this computer itself, and never through a proxy; the caller's to destroy. */
export function direct(): Dispatcher {
  return new Agent({ connections: 8, pipelining: 1, connect: { timeout: networkSettings().idleMs } })
}

async function closeConnections(): Promise<void> {
  const dispatcher = open?.dispatcher
  open = undefined
  await dispatcher?.destroy()
}

function dispatcherFor({ proxyUrl, idleMs }: Required<NetworkSettings>): Dispatcher {
  const limits = { connections: 8, pipelining: 1 }
  if (proxyUrl === undefined) return new Agent({ ...limits, connect: { timeout: idleMs } })
  const proxy = new URL(proxyUrl)
  if (proxy.protocol === 'http:' || proxy.protocol === 'https:')
    return new ProxyAgent({ ...limits, uri: proxyUrl, connectTimeout: idleMs })
  // Host names are always left to the proxy, so the two spellings mean the same here.
  proxy.protocol = 'socks5:'
  return new Socks5ProxyAgent(proxy, { ...limits, connectTimeout: idleMs })
}
