import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfigFile } from '../../../src/cli/config-file.ts'
import { CONFIG_TEMPLATE } from '../../../src/cli/config-template.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'

const directory = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-'))
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
const path = join(directory, 'holdfast.toml')
/** As they are without a file. */
let sections: readonly string[] | undefined
const FULL = `[serve]
listen = "[::1]:0"
hostNames = ["archive.example", "a-b.example"]
allowRemote = true
[manifest]
urls = ["https://archive.example/manifest/"]
[network]
proxy = "socks5://user:secret@127.0.0.1:9050"
[operator]
name = "Ж"
`

/** `holdfast.toml`: nothing but what the schema knows comes out, and a fault never quotes a value, which may be a password. */
export const config: FuzzTarget = {
  name: 'holdfast.toml',
  share: 20_000,
  codes: ['CONFIG_INVALID'],
  words: [
    '[serve]\n',
    '[[serve]]\n',
    'serve.listen = ',
    '"""',
    "'''",
    '[constructor]\n',
    '__proto__ = 1\n',
    '{a={a={',
    '[',
    '= [[[[',
    '1979-05-27',
  ],
  maxBytes: 65_540,
  seeds: () => [Buffer.from(FULL), Buffer.from(CONFIG_TEMPLATE), Buffer.from('')],
  async run(input) {
    writeFileSync(path, input)
    const { file, problems } = await readConfigFile(path)
    sections ??= Object.keys((await readConfigFile(join(directory, 'none'))).file)
    assert.deepEqual(Object.keys(file), sections)
    assert.ok(problems.every(({ code }) => code === 'CONFIG_UNKNOWN_KEY'))
    return ACCEPTED
  },
}
