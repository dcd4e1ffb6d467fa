import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { formatSignedNote, parseSignedNote } from '../../../src/manifest/note.ts'
import { formatPolicy, parsePolicy } from '../../../src/manifest/policy.ts'
import { cosign, type Signer } from '../../../src/manifest/signer.ts'
import { verifyCheckpoint } from '../../../src/manifest/verify-checkpoint.ts'
import type { Problem } from '../../../src/model/errors.ts'
import { openWitness } from '../../../src/pipeline/open-witness.ts'
import { recosign } from '../../../src/pipeline/recosign.ts'
import { takingCosignatures } from '../../../src/pipeline/take-cosignature.ts'
import { closeNetwork, configureNetwork } from '../../../src/read/network.ts'
import { createCosigners, openCosigner } from '../../../src/store/cosigner-keys.ts'
import { homePaths } from '../../../src/store/home.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { openServer } from '../../../src/view/server.ts'
import { LOG, sha256 } from '../../fakes/manifest-log.ts'
import { FakeServedContent } from '../../fakes/served-content.ts'
import { ed25519Signer } from '../manifest/signers.ts'
import { aDirectory, aSmallLog } from '../record/small-log.ts'
import { aHealth, NO_MANIFEST } from '../view/support.ts'

const DAY_MS = 24 * 60 * 60 * 1_000
const NOBODY = { witnesses: [], cosigners: [] }

before(() => configureNetwork({ proxyUrl: undefined }))
after(() => closeNetwork())

/** A home with a log of two statements, under a policy with these witnesses. */
async function aLog(context: TestContext, witnesses: readonly Signer[]) {
  const home = await aDirectory(context)
  await aSmallLog(home)
  const lines = witnesses.map(({ key }, i) => `witness w${i} ${key.text}\n`)
  const policy = parsePolicy(`log ${LOG.key.text}\n${lines.join('')}quorum none\n`, sha256)
  writeFileSync(join(home, 'policy.txt'), formatPolicy(policy))
  const read = () => readFileSync(join(home, 'manifest/checkpoint'))
  return { paths: homePaths(home), policy, read }
}

describe('cosignatures that are brought', () => {
  it('all stay, however many come at once to however many servers', async (t) => {
    const signers = Array.from({ length: 24 }, (_, i) => ed25519Signer(`w${i}.example/witness`, i + 1, 0x04))
    const { paths, policy, read } = await aLog(t, signers)
    const servers = [await takingCosignatures(paths, NOBODY), await takingCosignatures(paths, NOBODY)]
    const { text } = parseSignedNote(read())
    const answers = await Promise.all(
      signers.map((signer, i) => servers[i % 2]?.(formatSignedNote(text, [cosign(text, signer, 1_780_000_000 + i)]))),
    )
    assert.deepEqual([...new Set(answers)], ['taken'])
    assert.equal(verifyCheckpoint(nodePrimitives, policy, read()).cosignatures.length, 24)
    assert.deepEqual(readFileSync(join(paths.manifest, 'checkpoints/2')), read())
  })

  it('are wanted nowhere where the policy and the configuration name nobody', async (t) => {
    const { paths } = await aLog(t, [])
    assert.equal(await takingCosignatures(paths, NOBODY), undefined)
  })
})

describe('a head that is shown for long', () => {
  it('is cosigned again after a day, and not before', async (t) => {
    const { paths, read } = await aLog(t, [])
    const witnessHome = homePaths(await aDirectory(t))
    const { witness: vkey } = await createCosigners(witnessHome, { name: 'm-1', passphrase: undefined })
    const world = { config: { stateDirectory: join(witnessHome.home, 'outside') }, askPassphrase: async () => '' }
    using witness = await openWitness(witnessHome, world, { logs: [LOG.key.text], onProblem: () => undefined })
    await using server = await openServer({
      ...{ listen: '127.0.0.1:0', content: new FakeServedContent(), manifest: NO_MANIFEST, health: () => aHealth() },
      ...{ witness, signal: new AbortController().signal },
    })
    const settings = { witnesses: [{ url: `${server.url}/witness`, vkey }], cosigners: [] }
    const problems: Problem[] = []
    const onProblem = (problem: Problem): void => void problems.push(problem)
    assert.equal(await recosign(paths, settings, { onProblem }), 1)
    assert.match(read().toString(), /— m-1\/witness \S+\n$/)
    assert.equal(await recosign(paths, settings, { onProblem }), 0)
    const { text, signatures } = parseSignedNote(read())
    const { signer } = await openCosigner(witnessHome, 'witness', async () => '')
    const yesterday = cosign(text, signer, Math.floor((Date.now() - DAY_MS) / 1000) - 60)
    const aged = formatSignedNote(text, [...signatures.filter(({ name }) => name !== 'm-1/witness'), yesterday])
    for (const name of ['checkpoint', 'checkpoints/2']) writeFileSync(join(paths.manifest, name), aged)
    assert.equal(await recosign(paths, settings, { onProblem }), 1)
    assert.notDeepEqual(read(), Buffer.from(aged))
    assert.deepEqual(problems, [])
    await server.close()
    assert.equal(await recosign(paths, settings, { onProblem, now: Date.now() + 2 * DAY_MS }), 0)
  })

  it('tells of a witness that keeps silent', async (t) => {
    const { paths } = await aLog(t, [])
    const signer = ed25519Signer('gone.example/witness', 7, 0x04)
    const problems: Problem[] = []
    const witnesses = [{ url: 'http://127.0.0.1:1/witness', vkey: signer.key.text }]
    await recosign(paths, { witnesses, cosigners: [] }, { onProblem: (problem) => problems.push(problem) })
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['WITNESS_SILENT'],
    )
  })
})
