import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aWorld, type World } from './harness.ts'

/** The width of a usual terminal, and the height of one that fills a laptop's screen. */
const [COLUMNS, LINES] = [80, 46]

async function helpOf(world: World, ...command: readonly string[]): Promise<string[]> {
  const { exit, stdout, stderr } = await world.run([...command, '--help'], { env: { COLUMNS: String(COLUMNS) } })
  assert.deepEqual([exit, stderr], [0, ''])
  return stdout.trimEnd().split('\n')
}

/** Names of the commands that a help text lists. */
function listed(lines: readonly string[]): string[] {
  const list = lines.slice(lines.indexOf('Commands:') + 1)
  return list.slice(0, list.indexOf('')).flatMap((line) => /^ {2}(\w+)/.exec(line)?.[1] ?? [])
}

describe('--help', () => {
  it('lists every command on one line, and all of them on one screen', async (t) => {
    const lines = await helpOf(aWorld(t))
    assert.ok(lines.length <= LINES, `${lines.length} lines`)
    assert.deepEqual(
      lines.filter((line) => line.length > COLUMNS),
      [],
    )
    const list = lines.slice(lines.indexOf('Commands:') + 1)
    assert.equal(listed(lines).length, list.indexOf(''))
  })

  it('of each command says what it does in whole lines, with an example that begins with its name', async (t) => {
    const world = aWorld(t)
    const commands = listed(await helpOf(world)).filter((name) => name !== 'help')
    const below: string[] = []
    for (const group of ['manifest', 'lbry', 'mirror', 'policy', 'key'])
      below.push(
        ...listed(await helpOf(world, group))
          .filter((name) => name !== 'help')
          .map((name) => `${group} ${name}`),
      )
    assert.ok(commands.length >= 15 && below.length >= 5)
    for (const name of [...commands, ...below]) {
      const lines = await helpOf(world, ...name.split(' '))
      const example = lines[lines.indexOf('Example:') + 1] ?? ''
      assert.ok(lines.includes('Example:') && example.startsWith(`  holdfast ${name}`), name)
      const description = lines.slice(
        2,
        lines.findIndex((line) => /^(Arguments|Options):$/.test(line)),
      )
      // After a hard break in the source, the next word would have fitted on the line before it.
      for (const [i, line] of description.entries()) {
        const [word = ''] = (description[i + 1] ?? '').split(' ')
        if (line !== '' && word !== '') assert.ok(line.length + word.length >= COLUMNS, `${name}: ${line}`)
      }
    }
  })
})
