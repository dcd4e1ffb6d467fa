import assert from 'node:assert/strict'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { aLbryPublication, type LbryPublication } from '../fakes/lbry-publication.ts'
import { someBytes } from '../fakes/made-bundle.ts'
import { aWorld, codesOf, doneOf, linesOfEvent, type Outcome, problemOf, type World } from './harness.ts'

interface Published extends LbryPublication, World {
  verify(...args: readonly string[]): Promise<Outcome>
}

async function published(context: TestContext): Promise<Published> {
  const world = aWorld(context)
  const film = await aLbryPublication(join(world.path, 'lbry'), someBytes(2_200_000))
  return { ...film, ...world, verify: (...args) => world.run(['lbry', 'verify', ...args, '--json']) }
}

describe('lbry verify', { concurrency: 2 }, () => {
  it('proves a file without a home, step by step, and says in done what it comes to', async (t) => {
    const film = await published(t)
    const all = await film.verify(
      ...[`lbry://@channel/my-film#${film.claimId}`, '--file', film.file, '--sd-blob', film.sdBlob, '--tx', film.tx],
      ...['--channel-id', film.channelId, '--channel-tx', film.channelTx, '--blobs', film.blobs],
    )
    const { exit, equal, equality, steps } = doneOf(all)
    assert.deepEqual([exit, equal, equality, codesOf(all)], [0, true, 'proven', []])
    assert.deepEqual(
      linesOfEvent(all, 'step').map(({ step, verdict, detail }) => ({ step, verdict, detail })),
      steps,
    )
    const [line] = linesOfEvent(all, 'equality')
    const claim = line?.['claim'] as Readonly<Record<string, unknown>>
    assert.deepEqual(
      [claim['claimId'], claim['channelId'], claim['sdHash']],
      [film.claimId, film.channelId, film.sdHash],
    )
  })

  it('ends with 0 for what a claim asserts when nothing better was given, and with 3 for what stays open', async (t) => {
    const film = await published(t)
    const asserted = await film.verify(film.claimId, '--file', film.file, '--tx', film.tx)
    assert.deepEqual([asserted.exit, doneOf(asserted)['equal'], doneOf(asserted)['equality']], [0, null, 'asserted'])
    for (const args of [
      [],
      [film.claimId, '--sd-blob', film.sdBlob],
      ['--sd-blob', film.sdBlob, '--channel-id', film.channelId],
    ]) {
      const open = await film.verify(...args, '--file', film.file)
      assert.deepEqual([open.exit, doneOf(open)['equal']], [3, null])
      problemOf(open, 'COPY_UNPROVEN')
    }
  })

  it('ends with 4 for another file, and for a claim, channel or descriptor that is another one', async (t) => {
    const film = await published(t)
    const other = join(film.path, 'other')
    writeFileSync(other, someBytes(2_200_001).subarray(1))
    const differs = await film.verify('--file', other, '--sd-blob', film.sdBlob)
    assert.deepEqual([differs.exit, doneOf(differs)['equal'], doneOf(differs)['equality']], [4, false, 'differs'])
    problemOf(differs, 'COPY_DIFFERS')
    const strange = await film.verify('f'.repeat(40), '--file', film.file, '--sd-blob', film.sdBlob, '--tx', film.tx)
    assert.deepEqual([strange.exit, doneOf(strange)['equal'], codesOf(strange)], [4, false, ['COPY_CONTRADICTED']])
    assert.match(String(problemOf(strange, 'COPY_CONTRADICTED')['message']), /claim-id/)
    const wrong = await film.verify('--file', film.file, '--sd-blob', film.tx)
    assert.deepEqual([wrong.exit, doneOf(wrong)['equal']], [4, false])
  })

  it('ends with 2 and says what to give for whatever is no claim, id, transaction or file', async (t) => {
    const film = await published(t)
    const large = join(film.path, 'large')
    writeFileSync(large, '')
    truncateSync(large, 3_000_000)
    for (const [code, ...args] of [
      ['USAGE', 'no claim', '--file', film.file],
      ['USAGE', '--file', film.file, '--channel-id', '@channel'],
      ['USAGE', `lbry://@c#f/n#1`, '--file', film.file, '--channel-id', '0'.repeat(40)],
      ['CLAIM_TRANSACTION_INVALID', '--file', film.file, '--tx', film.sdBlob],
      ['CLAIM_ABSENT', `${film.txid}:3`, '--file', film.file, '--tx', film.tx],
      ['CLAIM_ABSENT', '--file', film.file, '--tx', film.tx, '--channel-tx', film.tx],
      ['EVIDENCE_UNREADABLE', '--file', film.file, '--tx', join(film.path, 'nothing')],
      ['EVIDENCE_UNREADABLE', '--file', film.file, '--sd-blob', large],
      ['EVIDENCE_UNREADABLE', '--file', film.file, '--sd-blob', film.path],
      ['STREAM_FILE_UNREADABLE', '--file', join(film.path, 'nothing'), '--sd-blob', film.sdBlob],
    ] as const) {
      const outcome = await film.verify(...args)
      assert.equal(outcome.exit, 2, `${args.join(' ')}: ${outcome.stdout}`)
      const { message } = problemOf(outcome, code)
      if (code === 'CLAIM_TRANSACTION_INVALID') assert.ok(String(message).startsWith(film.sdBlob), 'it names the file')
    }
  })

  it('tells people what each step means, and keeps what a claim says of itself off their terminals', async (t) => {
    const film = await published(t)
    const { exit, stdout, stderr } = await film.run(['lbry', 'verify', '--file', film.file, '--tx', film.tx])
    assert.equal(exit, 0)
    assert.match(stdout, /^claimed +transaction .*somebody says so/m)
    assert.match(stdout, /^not checked +descriptor /m)
    assert.match(stdout, /only its word/)
    assert.equal(stderr.trim(), 'done · equality: asserted')
  })
})
