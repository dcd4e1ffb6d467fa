import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const UNITS = ['holdfast-mirror.service', 'holdfast-serve.service'] as const

function read(unit: string): string {
  return readFileSync(join(root, 'contrib/systemd', unit), 'utf8')
}

function settingOf(unit: string, name: string): string {
  const found = new RegExp(`^${name}=(.*)$`, 'mu').exec(read(unit))?.[1]
  assert.ok(found !== undefined, `${unit} has ${name}`)
  return found
}

describe('the units of systemd', () => {
  for (const unit of UNITS) {
    it(`${unit} starts a command that there is, with options that it has`, () => {
      const [program, ...words] = settingOf(unit, 'ExecStart').split(' ')
      assert.equal(program, '/usr/local/bin/holdfast')
      const command = words.slice(
        0,
        words.findIndex((word) => word.startsWith('--')),
      )
      const { stdout, status } = spawnSync(process.execPath, [join(root, 'bin/holdfast.ts'), ...command, '--help'], {
        encoding: 'utf8',
      })
      assert.equal(status, 0)
      for (const option of words.filter((word) => word.startsWith('--')))
        assert.ok(stdout.includes(`${option} <`), option)
    })

    it(`${unit} may write into its own two directories, and do little else`, () => {
      const directories = settingOf(unit, 'StateDirectory')
        .split(' ')
        .map((name) => `/var/lib/${name}`)
      const environment = settingOf(unit, 'Environment')
      for (const [i, name] of ['HOLDFAST_HOME', 'XDG_STATE_HOME'].entries())
        assert.ok(environment.includes(`${name}=${directories[i]}`), name)
      for (const [name, value] of Object.entries({
        ...{ User: 'holdfast', NoNewPrivileges: 'yes', ProtectSystem: 'strict', ProtectHome: 'yes', PrivateTmp: 'yes' },
        ...{
          CapabilityBoundingSet: '',
          RestrictAddressFamilies: 'AF_INET AF_INET6 AF_UNIX',
          LoadCredential: 'passphrase:/etc/holdfast/passphrase',
        },
      }))
        assert.equal(settingOf(unit, name), value, name)
      assert.match(settingOf(unit, 'MemoryMax'), /^[0-9]+M$/)
      assert.doesNotMatch(read(unit), /^(DynamicUser|MemoryDenyWriteExecute)=/mu)
    })

    it(`${unit} is right in the eyes of systemd, where that can be asked`, (t) => {
      if (spawnSync('systemd-analyze', ['--version']).status !== 0) return t.skip('there is no systemd-analyze here')
      const directory = mkdtempSync(join(tmpdir(), 'holdfast-unit-'))
      const path = join(directory, unit)
      writeFileSync(path, read(unit).replace('/usr/local/bin/holdfast', process.execPath))
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' })
      rmSync(directory, { recursive: true })
      assert.deepEqual(
        stderr.split('\n').filter((line) => line.includes(unit)),
        [],
      )
      assert.equal(status, 0, stderr)
    })
  }
})
