import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fuzz, inputAt } from './fuzz.ts'
import { ACCEPTED, type FuzzTarget } from './target.ts'
import { bytesOfText, textOf } from './text.ts'

/** A target that does whatever the test wants with its inputs. */
function aTarget(run: (text: string) => string, name: string): FuzzTarget {
  const seeds = (): readonly Uint8Array[] => [bytesOfText('one: 1\ntwo: 2\n')]
  return {
    ...{ name, share: 1, seeds, words: ['constructor'], maxBytes: 1_000, codes: [] },
    run: (input) => run(textOf(input)),
  }
}

const careless = aTarget((text) => {
  const known: Readonly<Record<string, readonly string[]>> = { one: [] }
  for (const line of text.split('\n')) if (known[line.split(':')[0] ?? '']?.includes('1')) return ACCEPTED
  return ACCEPTED
}, 'careless')

describe('the fuzzer', () => {
  it('finds an error that nobody meant, and says how to see it again', async () => {
    const failure = await fuzz(careless, { inputs: 20_000, seed: 3 }).then(
      () => assert.fail('it found nothing'),
      (error: Error) => error,
    )
    assert.match(failure.message, /TypeError: .* is not a function/)
    const at = Number(/FUZZ_AT=(\d+)/.exec(failure.message)?.[1])
    assert.throws(() => careless.run(inputAt(careless, 3, at)), TypeError)
    const small = Buffer.from(/FUZZ_INPUT=(\S+)/.exec(failure.message)?.[1] ?? '', 'base64')
    assert.throws(() => careless.run(small), TypeError)
    assert.ok(small.length <= 'constructor'.length)
  })

  it('makes the same inputs of the same seed, and others of another', () => {
    const inputs = (seed: number): string[] => [0, 5, 4_321].map((i) => textOf(inputAt(careless, seed, i)))
    assert.deepEqual(inputs(1), inputs(1))
    assert.notDeepEqual(inputs(1), inputs(2))
  })

  it('notices what lives on after each input', async () => {
    const kept: string[][] = []
    const grows = aTarget(() => {
      kept.push(Array.from({ length: 50 }, (_, i) => `${kept.length} ${i}`))
      return ACCEPTED
    }, 'grows')
    const { grownBytes = 0 } = await fuzz(grows, { inputs: 5_000, seed: 1 })
    assert.ok(grownBytes > 4_500 * 50 * 16)
    const { grownBytes: little = 0 } = await fuzz(
      aTarget(() => ACCEPTED, 'calm'),
      { inputs: 5_000, seed: 1 },
    )
    assert.ok(little < 1024 * 1024)
  })

  it('ends a process in which an input takes for ever, and names the input', () => {
    const file = fileURLToPath(new URL('hanging.ts', import.meta.url))
    const { signal, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' })
    assert.equal(signal, 'SIGKILL')
    assert.match(stderr, /an input hangs: FUZZ_ONLY=hanging FUZZ_AT=7/)
  })

  it('carries lone surrogates through bytes', () => {
    for (const text of ['\ud800', 'a\udfffb', '\udc00\ud800', '😀é\u2028', ''])
      assert.equal(textOf(bytesOfText(text)), text)
    assert.equal(textOf(Uint8Array.of(0xff, 0x41)), '\ufffdA')
  })
})
