import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ed25519Signer } from '../unit/manifest/signers.ts'
import { aWorld, codesOf, doneOf, linesOfEvent } from './harness.ts'

const [ONE, TWO, THREE] = ['m-1/witness', 'm-2/witness', 'other.example/w'].map(
  (name, i) => ed25519Signer(name, i + 1, 0x04).key.text,
)

describe('holdfast policy', () => {
  it('makes a policy of the own log and witnesses, in which more than half have to sign', async (t) => {
    const world = aWorld(t)
    await world.init()
    const file = join(world.path, 'policy.txt')
    const witnesses = ['--witness', `${ONE}`, `${TWO}`, `w-3=${THREE}`]
    const made = await world.run(['policy', 'make', ...witnesses, '-o', file, '--json'])
    assert.equal(made.exit, 0, made.stderr)
    const done = doneOf(made)
    assert.deepEqual([done['logs'], done['witnesses'], done['quorum'], done['file']], [1, 3, 'witnesses', file])
    const text = readFileSync(file, 'utf8')
    assert.match(text, /^#.*\nlog archive\.example\/testimony\+/)
    assert.match(text, /\ngroup witnesses 2 m-1 m-2 w-3\nquorum witnesses\n$/)
    const shown = await world.run(['policy', 'show', file, '--json'])
    assert.deepEqual(
      linesOfEvent(shown, 'row').map(({ row }) => (row as { what: string }).what),
      ['log', 'witness', 'witness', 'witness', 'group', 'quorum'],
    )
    const explained = await world.run(['policy', 'explain', file])
    assert.equal(explained.exit, 0)
    assert.match(explained.stdout, /at least 2 of m-1, m-2, w-3 cosigned it/)
    const numbers = doneOf(await world.run(['policy', 'explain', file, '--json']))
    assert.deepEqual([numbers['fewest'], numbers['stops']], [2, 2])
    const again = await world.run(['policy', 'make', '-o', file, '--json'])
    assert.deepEqual([again.exit, codesOf(again)], [2, ['OUTPUT_EXISTS']])
  })

  it('prints what it makes, shows and explains the own policy without being told which', async (t) => {
    const world = aWorld(t)
    await world.init()
    const printed = await world.run(['policy', 'make', '--log', 'x.example/log+00000000+AAAA', '--json'])
    assert.deepEqual([printed.exit, codesOf(printed)], [2, ['POLICY_MALFORMED']])
    const made = await world.run(['policy', 'make'])
    assert.match(made.stdout, /^#.*\nlog archive\.example\/testimony\+\S+\nquorum none\n$/)
    const explained = await world.run(['policy', 'explain'])
    assert.match(explained.stdout, /No witness has to sign/)
    assert.equal((await world.run(['policy', 'show'])).exit, 0)
  })

  it('refuses what could never be met', async (t) => {
    const world = aWorld(t)
    await world.init()
    const attempts = [
      ['--quorum', '2'],
      ['--witness', `${ONE}`, '--quorum', '2'],
      ['--witness', `${ONE}`, '--quorum', '0'],
      ['--witness', `${ONE}`, `w-2=${ONE}`],
      ['--witness', 'nonsense'],
      ['--witness', `a\nquorum none=${ONE}`],
    ]
    for (const attempt of attempts) {
      const refused = await world.run(['policy', 'make', ...attempt, '--json'])
      assert.equal(refused.exit, 2, attempt.join(' '))
      assert.match(codesOf(refused).join(), /^(USAGE|POLICY_MALFORMED)$/, attempt.join(' '))
    }
  })
})
