import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'

const bin = fileURLToPath(new URL('../../bin/holdfast.ts', import.meta.url))

/** Runs the program on this Node.js, which claims to be `version`. */
function runAs(version: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const versions = JSON.stringify({ ...process.versions, node: version })
  const claim = `Object.defineProperty(process, 'versions', { value: ${versions} })`
  const imported = `data:text/javascript,${encodeURIComponent(claim)}`
  return spawnSync(process.execPath, ['--import', imported, bin, '--version'], { encoding: 'utf8', timeout: 30_000 })
}

describe('the program on an old Node.js', () => {
  for (const version of ['12.22.12', '20.20.2', '22.18.0', '24.14.9']) {
    it(`says on ${version} what is needed and exits with 2`, () => {
      const { status, stdout, stderr } = runAs(version)
      assert.equal(status, 2)
      assert.equal(stdout, '')
      const [error, hint, ...rest] = stderr.trimEnd().split('\n')
      assert.equal(error, `holdfast: error: Node.js 24.15 or newer is needed, this is ${version} (NODE_TOO_OLD)`)
      assert.match(hint ?? '', /^holdfast: hint: .*npm ci/)
      assert.deepEqual(rest, [])
    })
  }

  for (const version of ['24.15.0', '25.0.0', '26.10.0']) {
    it(`starts on ${version}`, () => assert.doesNotMatch(runAs(version).stderr, /NODE_TOO_OLD/))
  }

  it('is reached because the file is a plain script that Node.js 12 can parse', async () => {
    const text = await readFile(bin, 'utf8')
    assert.ok(new Script(text))
    assert.doesNotMatch(text.replace(/^\/\/.*$/gm, ''), /\?\.|\?\?|\|\|=|&&=|^\s*(import|export)\s|\bawait\b/m)
  })

  it('is reached because bin is not an ES module package, whose .ts files they refuse', async () => {
    assert.deepEqual(JSON.parse(await readFile(new URL('package.json', `file://${bin}`), 'utf8')), { type: 'commonjs' })
  })
})
