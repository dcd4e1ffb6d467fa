/**
 * Fakes to try things on, on this computer alone: `npm run dev:world`. An LBRY daemon with play money and a channel, and an
 * Odysee with an account and a token, on fixed ports, until Ctrl-C. Nothing here reaches the real network, and nothing lasts.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDaemon } from '../src/lbry-sdk-client/index.ts'
import { aLbryDaemon } from '../test/fakes/lbry-daemon.ts'
import { anOdysee } from '../test/fakes/odysee.ts'

const CHANNEL = '@dev-world'
const TOKEN = 'dev-world-token-of-nobody'
/** Far faster than the real 2.5 minutes, and slow enough to see things wait. */
const BLOCK_MS = 10_000

const directory = await mkdtemp(join(tmpdir(), 'holdfast-dev-world-'))
await using daemon = await aLbryDaemon()
daemon.wallet.fund('1.0', 20)
await using client = openDaemon({ url: daemon.url })
await client.call('channel_create', { name: CHANNEL, bid: '0.01', blocking: true })
await using odysee = await anOdysee()
odysee.state.wallet.fund('1.0', 20)
odysee.state.addUser(TOKEN)
await odysee.state.addChannel(CHANNEL)
const tokenFile = join(directory, 'token.txt')
await writeFile(tokenFile, `${TOKEN}\n`)
const wallets = [daemon.wallet, odysee.state.wallet]
const mine = (): void => {
  for (const wallet of wallets) wallet.mine(1)
}
mine()
const mining = setInterval(mine, BLOCK_MS)

process.stdout.write(`Fakes on this computer, with play money; a block every ${BLOCK_MS / 1000} s. Ctrl-C ends them.

  LBRY daemon  ${daemon.url}
  Odysee       ${odysee.url}

In another terminal, in the same checkout:
  npm run -s holdfast -- init --home /tmp/try --origin try.example/testimony --no-passphrase
  npm run -s holdfast -- add --home /tmp/try demo/archive
  npm run -s holdfast -- target add lbry --home /tmp/try --channel ${CHANNEL} --url ${daemon.url}
  npm run -s holdfast -- target add odysee --home /tmp/try --channel ${CHANNEL} --url ${odysee.url} --token-file ${tokenFile}
  npm run -s holdfast -- publish --home /tmp/try --to lbry odysee
`)
await new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
})
clearInterval(mining)
await rm(directory, { recursive: true, force: true })
