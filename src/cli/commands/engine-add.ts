import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { command, group } from '../command.ts'
import type { Context } from '../context.ts'
import { ALLOW_REMOTE, addReachedEngine, COUNTRY, OPERATOR, openPaths, runBy, whoOf } from '../engine-options.ts'
import { addCluster, addPinningService } from './engine-add-remote.ts'

const ADD_KUBO = `keeps second copies in a Kubo that you run

Each bundle goes there as a CAR, through Kubo's RPC, and is pinned under its id. Whoever reaches that RPC can change all of
that Kubo, so it is on this computer or behind https with a token.`

const ADD_CAR = `keeps second copies as CARs in a directory

For a disk that is put away, or a directory that a sync tool brings elsewhere. No file is longer than FAT32 can hold.`

const ADD_MIRROR = `counts a mirror that somebody else runs

It took your bundles by itself, and nothing is ever sent there. \`holdfast audit\` asks it for blocks like any reader, and what
it gave counts for the rules. With --holder it is held to what it signed: to have everything, or what its note of holdings lists.`

/** `holdfast engine add kubo|cluster|psa|car|mirror` */
export function addEngineCommand(context: Context): Command {
  return group(
    'add',
    'names a place that keeps second copies',
    'holdfast engine add kubo --url http://127.0.0.1:5001',
    [addKubo(context), addCluster(context), addPinningService(context), addCar(context), addMirror(context)],
  )
}

function addKubo(context: Context): Command {
  return command('kubo', ADD_KUBO, 'holdfast engine add kubo --url http://127.0.0.1:5001')
    .option('--name <name>', 'what it is called here', 'kubo')
    .option('--url <url>', "address of Kubo's RPC", 'http://127.0.0.1:5001')
    .option('--token-file <file>', "file with the secret of Kubo's API.Authorizations alone on its first line")
    .option('--allow-remote', ALLOW_REMOTE)
    .option('--operator <name>', OPERATOR)
    .option('--country <code>', COUNTRY)
    .addOption(runBy())
    .option('--passphrase-file <file>', 'take the passphrase of the log key from the first line of this file')
    .action((options) => addReachedEngine(context, options, { kind: 'kubo' })) as unknown as Command
}

function addCar(context: Context): Command {
  return command('car', ADD_CAR, 'holdfast engine add car --dir /media/usb/holdfast')
    .option('--name <name>', 'what it is called here', 'car')
    .requiredOption('--dir <directory>', 'where the CARs lie; made if it is not there')
    .option('--operator <name>', OPERATOR)
    .option('--country <code>', COUNTRY)
    .addOption(runBy())
    .action(async (options) => {
      const { addEngine, enginesPath } = await import('../engines-file.ts')
      const { makeCarDirectory } = await import('../../replicate/car-directory.ts')
      const { world, paths } = await openPaths(context, options)
      const { name } = options
      const directory = resolve(options.dir)
      await makeCarDirectory(name, directory)
      await addEngine(enginesPath(paths), name, { kind: 'car', directory, ...whoOf(options) })
      context.finish({ engine: name, home: world.home })
    }) as unknown as Command
}

function addMirror(context: Context): Command {
  return command('mirror', ADD_MIRROR, 'holdfast engine add mirror --name oslo --url https://mirror.example')
    .requiredOption('--name <name>', 'what it is called here')
    .requiredOption('--url <url>', 'its address, below which /ipfs/CID is')
    .option('--operator <name>', OPERATOR)
    .option('--country <code>', COUNTRY)
    .addOption(runBy())
    .option('--holder <vkey>', 'key with which it signs what it has: NAME/holder+…')
    .action(async (options) => {
      const { addEngine, enginesPath } = await import('../engines-file.ts')
      const { mirrorPlace } = await import('../../pipeline/engines/mirror-place.ts')
      const { world, paths } = await openPaths(context, options)
      const { name, url, holder } = options
      mirrorPlace(name, url)
      if (holder !== undefined) await requireHolder(holder)
      await addEngine(enginesPath(paths), name, { kind: 'mirror', url, holder, ...whoOf(options) })
      context.finish({ engine: name, home: world.home })
    }) as unknown as Command
}

/** A key with a slip in it would be found out by every later command. @throws {ManifestError} `VKEY_MALFORMED`. */
async function requireHolder(vkey: string): Promise<void> {
  const { parseVkey } = await import('../../manifest/vkey.ts')
  const { nodePrimitives } = await import('../../store/node-primitives.ts')
  parseVkey(vkey, nodePrimitives.sha256)
}
