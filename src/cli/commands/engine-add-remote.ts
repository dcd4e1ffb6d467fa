import type { Command } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { ALLOW_REMOTE, addReachedEngine, COUNTRY, OPERATOR, runBy, TOKEN_FILE } from '../engine-options.ts'
import { wholeNumber } from '../integer-option.ts'

const ADD_CLUSTER = `keeps second copies in an IPFS Cluster that you run

Each bundle goes as a CAR to the peer at --url, and as many peers pin it as --replication says; with fewer it is accepted, and not
yet pinned. A cluster gives no blocks back, so name gateways of its peers, each with the peer's name; without any, nothing of what
it says is ever proven.`

const ADD_SERVICE = `keeps second copies at a service with a pinning account

Nothing is sent there: the service is told each bundle's root, and fetches it from --origin, which is where \`holdfast serve --p2p\`
of this archive can be reached. With --gateway blocks are read back; without it nothing of what the service says is ever
proven.`

const PASSPHRASE = 'take the passphrase of the log key from the first line of this file'

export function addCluster(context: Context): Command {
  return command('cluster', ADD_CLUSTER, 'holdfast engine add cluster --replication 2')
    .option('--name <name>', 'what it is called here', 'cluster')
    .option('--url <url>', 'address of the REST API of a peer', 'http://127.0.0.1:9094')
    .option('--replication <n>', 'peers that hold each bundle (default: as the cluster is set)', wholeNumber)
    .option('--spread', 'send to all of these peers at once, and not to one that the others fetch from')
    .option('--gateway <[peer=]url...>', 'gateway of a peer, such as p1=http://127.0.0.1:8080')
    .option('--token-file <file>', TOKEN_FILE)
    .option('--allow-remote', ALLOW_REMOTE)
    .option('--operator <name>', OPERATOR)
    .option('--country <code>', COUNTRY)
    .addOption(runBy())
    .option('--passphrase-file <file>', PASSPHRASE)
    .action(async (options) => {
      const { gatewayIn } = await import('../engine-settings.ts')
      const { replication, spread, gateway: gateways } = options
      for (const given of gateways ?? []) await requireUrl(gatewayIn(given).url)
      await addReachedEngine(context, options, { kind: 'cluster', replication, spread, gateways })
    }) as unknown as Command
}

export function addPinningService(context: Context): Command {
  const example = 'holdfast engine add psa --url https://api.pinning.example/psa --token-file token.txt'
  return command('psa', ADD_SERVICE, example)
    .option('--name <name>', 'what it is called here', 'psa')
    .requiredOption('--url <url>', 'endpoint of its Pinning Service API, without /pins')
    .option('--origin <multiaddr...>', 'where it finds this archive: an address of serve --p2p')
    .option('--gateway <url>', 'its gateway, below which /ipfs/CID is')
    .option('--token-file <file>', TOKEN_FILE)
    .option('--allow-remote', ALLOW_REMOTE)
    .option('--operator <name>', OPERATOR)
    .option('--country <code>', COUNTRY)
    .addOption(runBy())
    .option('--passphrase-file <file>', PASSPHRASE)
    .action(async (options) => {
      const { origin: origins, gateway } = options
      if (gateway !== undefined) await requireUrl(gateway)
      await addReachedEngine(context, options, { kind: 'psa', origins, gateway })
    }) as unknown as Command
}

/** Of a gateway, which gets no secret. */
async function requireUrl(text: string): Promise<void> {
  const { parseEngineUrl } = await import('../../replicate/engine-url.ts')
  parseEngineUrl(text, true)
}
