import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it, type TestContext } from 'node:test'
import { encodeBase64 } from '../../src/manifest/base64.ts'
import { parsePolicy } from '../../src/manifest/policy.ts'
import { requireQuorum, verifyCheckpoint } from '../../src/manifest/verify-checkpoint.ts'
import { ED25519_COSIGNATURE, formatVkey } from '../../src/manifest/vkey.ts'
import { openWitness } from '../../src/pipeline/open-witness.ts'
import { createCosigners } from '../../src/store/cosigner-keys.ts'
import { homePaths } from '../../src/store/home.ts'
import { nodePrimitives } from '../../src/store/node-primitives.ts'
import { openServer } from '../../src/view/server.ts'
import { codesOf, doneOf, withArchive } from '../cli/harness.ts'
import { LOG, ORIGIN, sha256, testSigner } from '../fakes/manifest-log.ts'
import { FakeServedContent } from '../fakes/served-content.ts'
import { aWitnessedLog } from '../fakes/witnessed-log.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { temporaryDirectory } from '../unit/store/temporary-directory.ts'
import { aHealth, NO_MANIFEST } from '../unit/view/support.ts'
import { findPeer } from './peers.ts'
import { openSshAgent } from './ssh-agent.ts'

const peer = findPeer('litewitness')
const NAME = 'lite.example/witness'

interface LiteWitness {
  readonly url: string
  readonly vkey: string
}

/** litewitness, told of one log, on a free port; killed after the test. */
async function aLiteWitness(
  context: TestContext,
  log: { readonly origin: string; readonly vkey: string },
): Promise<LiteWitness> {
  assert.ok(peer.skip === false)
  const directory = await temporaryDirectory(context)
  const [socket, database] = [join(directory, 'agent'), join(directory, 'witness.db')]
  const agent = await openSshAgent(socket)
  context.after(() => agent[Symbol.asyncDispose]())
  const listen = `127.0.0.1:${await freePort()}`
  const args = ['-name', NAME, '-db', database, '-ssh-agent', socket, '-key', agent.fingerprint, '-listen', listen]
  const child = spawn(peer.program, args, { env: {}, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] })
  context.after(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
  })
  let said = ''
  for await (const chunk of child.stderr.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += String(chunk)
    if (said.includes('msg=listening')) break
  }
  child.stderr.resume()
  assert.match(said, /msg=listening/, said)
  addLog(database, log)
  const vkey = formatVkey({ name: NAME, type: ED25519_COSIGNATURE, publicKey: agent.publicKey }, sha256)
  assert.ok(said.includes(vkey), 'both write its verifier key alike')
  return { url: `http://${listen}`, vkey }
}

/** What `witnessctl add-log` and `add-key` do. */
function addLog(database: string, { origin, vkey }: { readonly origin: string; readonly vkey: string }): void {
  const db = new DatabaseSync(database, { timeout: 5_000 })
  const empty = encodeBase64(sha256(new Uint8Array()))
  db.prepare('INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)').run(origin, empty)
  db.prepare('INSERT INTO key (origin, key) VALUES (?, ?)').run(origin, vkey)
  db.close()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}

describe("torchwood's litewitness", { skip: peer.skip }, () => {
  it('cosigns what a home publishes, head after head, and our policy accepts it', async (t) => {
    const archive = await withArchive(t)
    const shown = doneOf(await archive.run(['manifest', 'show', '--json']))
    const log = { origin: String(shown['origin']), vkey: String(shown['vkey']) }
    const witness = await aLiteWitness(t, log)
    const settings = join(archive.home, 'holdfast.toml')
    const place = `witnesses = [{ url = "${witness.url}", vkey = "${witness.vkey}" }]`
    writeFileSync(
      settings,
      readFileSync(settings, 'utf8').replace('witnesses = []', () => place),
    )
    const policy = join(archive.home, 'policy.txt')
    writeFileSync(policy, `log ${log.vkey}\nwitness lite ${witness.vkey}\nquorum lite\n`)
    for (const id of ['firstVideo1', 'secondOne01', 'thirdVideo1']) {
      aVideo(archive.archive, { id })
      await archive.run(['add', archive.archive, '--access', 'public', '--json'])
      const published = await archive.run(['publish', '--yes', '--json'])
      assert.deepEqual([published.exit, codesOf(published)], [0, []], published.stderr)
      const note = readFileSync(join(archive.home, 'manifest/checkpoint'))
      const accepted = parsePolicy(readFileSync(policy, 'utf8'), sha256)
      const verified = verifyCheckpoint(nodePrimitives, accepted, note)
      requireQuorum(verified, accepted)
      assert.deepEqual(
        verified.cosignatures.map(({ name }) => name),
        [NAME],
      )
    }
    const read = await archive.run([
      'manifest',
      'verify',
      archive.home,
      '--policy',
      policy,
      '--max-age',
      '600',
      '--json',
    ])
    assert.equal(read.exit, 0, read.stderr)
  })

  it('answers each request as our witness does', async (t) => {
    const lite = await aLiteWitness(t, { origin: ORIGIN, vkey: LOG.key.text })
    const home = await temporaryDirectory(t)
    await createCosigners(homePaths(home), { name: 'm-1', passphrase: undefined })
    const world = { config: { stateDirectory: join(home, 'outside') }, askPassphrase: async () => '' }
    using witness = await openWitness(homePaths(home), world, { logs: [LOG.key.text], onProblem: () => undefined })
    await using server = await openServer({
      ...{ listen: '127.0.0.1:0', content: new FakeServedContent(), manifest: NO_MANIFEST, health: () => aHealth() },
      ...{ witness, signal: new AbortController().signal },
    })
    const [honest, forked] = [aWitnessedLog('honest', 6), aWitnessedLog('forked', 6)]
    const thief = aWitnessedLog('x', 0, testSigner('thief', ORIGIN))
    const stranger = aWitnessedLog('x', 0, testSigner('other.example/log'))
    const requests: Readonly<Record<string, Uint8Array | string>> = {
      'nothing at all': '',
      'an unknown log': stranger.body(0, 5),
      'a signature of a thief': thief.body(0, 5),
      'an old size that it does not have': honest.body(5, 7),
      'a first head': honest.body(0, 7),
      'the same head again': honest.body(7, 7),
      'no old size': honest.body(0, 9),
      'an old size that is too large': honest.body(9, 7),
      'another history': forked.body(7, 9),
      'another head of that size': forked.body(7, 7),
      'a head that continues it': honest.body(7, 300),
      'a head from before': honest.body(7, 7),
      '64 hashes': `old 300\n${`${'A'.repeat(43)}=\n`.repeat(64)}\n${Buffer.from(honest.note(300))}`,
    }
    const ask = async (url: string, body: Uint8Array | string) => {
      const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: Buffer.from(body) })
      const text = await answer.text()
      const isSize = answer.status === 409
      return [
        answer.status,
        isSize ? [answer.headers.get('content-type'), text] : answer.ok ? text.split(' ').length : 0,
      ]
    }
    for (const [name, body] of Object.entries(requests))
      assert.deepEqual(await ask(`${server.url}/witness`, body), await ask(lite.url, body), name)
  })
})
