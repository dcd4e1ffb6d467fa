import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type Cosigner, openCosigner } from '../../../src/cosign/cosigner.ts'
import { parseAddCheckpoint } from '../../../src/manifest/add-checkpoint.ts'
import { policyOfVkey } from '../../../src/manifest/policy.ts'
import { verifySignature } from '../../../src/manifest/verify-signature.ts'
import type { Problem } from '../../../src/model/errors.ts'
import { openCosignedHeads } from '../../../src/store/cosigned-heads.ts'
import { StoreError } from '../../../src/store/errors.ts'
import { homePaths } from '../../../src/store/home.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { LOG, ORIGIN, sha256 } from '../../fakes/manifest-log.ts'
import { aWitnessedLog, type WitnessedLog } from '../../fakes/witnessed-log.ts'
import { ed25519Signer } from '../manifest/signers.ts'
import { temporaryDirectory } from '../store/temporary-directory.ts'

const honest = aWitnessedLog('honest', 6)
const forked = aWitnessedLog('forked', 6)
const signer = ed25519Signer('m-1/witness', 4, 0x04)
const NOW = 1_780_000_000

interface Opened extends Disposable {
  readonly cosigner: Cosigner
  readonly problems: Problem[]
  /** What it makes of a request: the size that it signed, or why it did not. */
  ask(log: WitnessedLog, oldSize: number, size: number): Promise<number | string>
}

async function opened(
  home: string,
  changes: { readonly outside?: string; readonly role?: typeof signer } = {},
): Promise<Opened> {
  const problems: Problem[] = []
  const heads = await openCosignedHeads(homePaths(home))
  const cosigner = openCosigner({
    signer: changes.role ?? signer,
    policy: policyOfVkey(LOG.key.text, sha256),
    heads,
    primitives: nodePrimitives,
    evidence: homePaths(home).evidence,
    stateDirectory: changes.outside ?? join(home, 'outside'),
    now: () => NOW,
    onProblem: (problem) => problems.push(problem),
  })
  return {
    cosigner,
    problems,
    async ask(log, oldSize, size) {
      const answer = await cosigner.cosign(parseAddCheckpoint(log.body(oldSize, size)))
      return 'refusal' in answer ? answer.refusal : answer.head.size
    },
    [Symbol.dispose]: () => heads[Symbol.dispose](),
  }
}

describe('a cosigner', () => {
  it('signs with its key and the time, and remembers the head over a restart', async (t) => {
    const home = await temporaryDirectory(t)
    {
      using first = await opened(home)
      const answer = await first.cosigner.cosign(parseAddCheckpoint(honest.body(0, 7)))
      assert.ok('line' in answer)
      const text = Buffer.from(honest.note(7)).toString().split('\n\n')[0]
      assert.deepEqual(verifySignature(nodePrimitives, signer.key, `${text}\n`, answer.line), { time: NOW })
    }
    using again = await opened(home)
    assert.equal(again.cosigner.newest(ORIGIN)?.size, 7)
    assert.match(again.cosigner.newest(ORIGIN)?.line ?? '', /^— m-1\/witness /)
    assert.equal(await again.ask(honest, 0, 7), 'old-differs')
    assert.equal(await again.ask(honest, 7, 20), 20)
    assert.equal(await again.ask(honest, 7, 7), 'old-differs')
    assert.equal(await again.ask(honest, 20, 20), 20)
  })

  it('lets one of two concurrent requests through, from whatever process', async (t) => {
    const home = await temporaryDirectory(t)
    using one = await opened(home)
    using two = await opened(home)
    await one.ask(honest, 0, 6)
    const answers = await Promise.all([one.ask(honest, 6, 9), two.ask(forked, 6, 9), one.ask(forked, 6, 8)])
    assert.equal(answers.filter((answer) => typeof answer === 'number').length, 1, answers.join())
    const newest = one.cosigner.newest(ORIGIN)
    assert.deepEqual(newest, two.cosigner.newest(ORIGIN))
  })

  it('signs the same head after a death between its decision and its signature, and no other one', async (t) => {
    const home = await temporaryDirectory(t)
    const [died, mute] = [await opened(home), { ...signer, sign: () => assert.fail('the power went') }]
    died[Symbol.dispose]()
    {
      using dying = await opened(home, { role: mute })
      await assert.rejects(dying.ask(honest, 0, 7), { message: 'the power went' })
    }
    using after = await opened(home)
    assert.equal(await after.ask(forked, 0, 7), 'old-differs')
    assert.equal(await after.ask(forked, 7, 7), 'inconsistent')
    assert.equal(await after.ask(honest, 7, 7), 7)
  })

  it('keeps two heads of one size as evidence, once, and goes on with the history that it knows', async (t) => {
    const home = await temporaryDirectory(t)
    using witness = await opened(home)
    await witness.ask(honest, 0, 9)
    assert.equal(await witness.ask(forked, 9, 9), 'inconsistent')
    assert.equal(await witness.ask(forked, 0, 9), 'old-differs')
    assert.deepEqual([...new Set(witness.problems.map(({ code }) => code))], ['COSIGN_LOG_FORKED'])
    const [file, ...more] = readdirSync(join(home, 'evidence'))
    assert.deepEqual(more, [])
    const lines = readFileSync(join(home, 'evidence', file ?? ''), 'utf8').split('\n')
    const note = (name: string, line = '') => Buffer.from(line.slice(name.length + 1), 'base64')
    assert.deepEqual(note('older', lines[1]), Buffer.from(honest.note(9)))
    assert.deepEqual(note('newer', lines[2]), Buffer.from(forked.note(9)))
    assert.equal(await witness.ask(honest, 9, 10), 10)
  })

  it('signs nothing old from a home that was restored, lost its memory, or contradicts the second record', async (t) => {
    const [home, backup] = [await temporaryDirectory(t), await temporaryDirectory(t)]
    const outside = await temporaryDirectory(t)
    {
      using witness = await opened(home, { outside })
      await witness.ask(honest, 0, 7)
    }
    cpSync(home, backup, { recursive: true })
    {
      using witness = await opened(home, { outside })
      await witness.ask(honest, 7, 20)
    }
    {
      using restored = await opened(backup, { outside })
      assert.equal(await restored.ask(forked, 7, 9), 'old-differs')
      assert.equal(await restored.ask(honest, 20, 21), 21)
    }
    rmSync(join(home, 'cosigning'), { recursive: true })
    using lost = await opened(home, { outside })
    assert.equal(await lost.ask(forked, 0, 21), 'old-differs')
    assert.equal(await lost.ask(honest, 21, 22), 22)
    for (const name of readdirSync(join(outside, 'heads')).filter((each) => each.length > 60))
      writeFileSync(join(outside, 'heads', name), 'damaged')
    await assert.rejects(
      lost.ask(honest, 22, 23),
      (error) => error instanceof StoreError && error.code === 'HEAD_RECORD_MALFORMED',
    )
  })

  it('keeps apart what each key has signed, because mirror and holder sign later than the witness', async (t) => {
    const home = await temporaryDirectory(t)
    using witness = await opened(home)
    using mirror = await opened(home, { role: ed25519Signer('m-1/mirror', 5, 0x04) })
    assert.equal(await witness.ask(honest, 0, 20), 20)
    assert.equal(await mirror.ask(honest, 0, 7), 7)
    assert.equal(await mirror.ask(forked, 7, 8), 'inconsistent')
  })
})
