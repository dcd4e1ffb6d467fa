import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { loadConfig } from '../../../src/cli/config.ts'
import { ConfigError } from '../../../src/cli/config-errors.ts'
import { CONFIG_TEMPLATE } from '../../../src/cli/config-template.ts'
import { defaultHome } from '../../../src/store/home.ts'
import { temporaryDirectory } from '../store/temporary-directory.ts'

const invalid = (named: string) => (error: unknown) =>
  error instanceof ConfigError &&
  error.code === 'CONFIG_INVALID' &&
  error.hint !== undefined &&
  error.message.includes(named)

describe('loadConfig', () => {
  it('needs no file, and the template that init writes says exactly the defaults', async (t) => {
    const home = await temporaryDirectory(t)
    const without = await loadConfig({ home }, {})
    await writeFile(join(home, 'holdfast.toml'), CONFIG_TEMPLATE)
    const withTemplate = await loadConfig({ home }, {})
    assert.deepEqual(withTemplate, without)
    assert.equal(without.config.serve.listen, '127.0.0.1:8480')
    assert.deepEqual(without.problems, [])
    assert.deepEqual((await loadConfig({ home: join(home, 'missing') }, {})).config.manifest.urls, [])
    for (const setting of ['listen', 'hostNames', 'allowRemote', 'urls', 'proxy', 'name'])
      assert.match(CONFIG_TEMPLATE, new RegExp(`^${setting} = `, 'm'))
  })

  it('sets the flag above the variable above the default', async (t) => {
    const [flag, variable] = [await temporaryDirectory(t), await temporaryDirectory(t)]
    assert.equal((await loadConfig({ home: flag }, { HOLDFAST_HOME: variable })).config.home, flag)
    assert.equal((await loadConfig({}, { HOLDFAST_HOME: variable })).config.home, variable)
    assert.equal((await loadConfig({ home: undefined }, { HOLDFAST_HOME: '' })).config.home, defaultHome())
    await writeFile(join(flag, 'holdfast.toml'), '[serve]\nlisten = "[::1]:0"\n')
    assert.equal((await loadConfig({ home: flag }, {})).config.serve.listen, '[::1]:0')
    assert.equal((await loadConfig({ home: flag, listen: '127.0.0.1:9' }, {})).config.serve.listen, '127.0.0.1:9')
    await assert.rejects(loadConfig({ home: flag, listen: '9' }, {}), invalid('--listen'))
    await assert.rejects(loadConfig({ home: '' }, {}), invalid('--home'))
  })

  it('keeps secrets out of what may be shown', async (t) => {
    const home = await temporaryDirectory(t)
    await writeFile(join(home, 'holdfast.toml'), '[network]\nproxy = "socks5h://user:s3cret@127.0.0.1:9050"\n')
    const { config, secrets } = await loadConfig(
      { home, passphraseFile: 'file' },
      { HOLDFAST_PASSPHRASE: 'pa55', HOLDFAST_ODYSEE_TOKEN: 't0ken', NO_COLOR: '1' },
    )
    assert.deepEqual(secrets, {
      passphraseFile: 'file',
      passphrase: 'pa55',
      odyseeToken: 't0ken',
      proxyUrl: 'socks5h://user:s3cret@127.0.0.1:9050',
    })
    assert.equal(config.network.proxy, 'socks5h://127.0.0.1:9050')
    assert.doesNotMatch(JSON.stringify(config), /s3cret|pa55|t0ken/)
    assert.equal(config.color, false)
    assert.equal((await loadConfig({ home }, { NO_COLOR: '' })).config.color, true)
  })

  it('names the key that is wrong and never repeats its value', async (t) => {
    const home = await temporaryDirectory(t)
    const wrong: readonly (readonly [string, string])[] = [
      ['serve.listen', '[serve]\nlisten = 8480'],
      ['serve.listen', '[serve]\nlisten = "8480"'],
      ['serve.listen', '[serve]\nlisten = "127.0.0.1:65536"'],
      ['serve.listen', '[serve]\nlisten = "::1:80"'],
      ['serve.hostNames', '[serve]\nhostNames = "a.example"'],
      ['serve.hostNames.1', '[serve]\nhostNames = ["a.example", "http://s3cret"]'],
      ['serve.allowRemote', '[serve]\nallowRemote = "yes"'],
      ['manifest.urls.0', '[manifest]\nurls = ["ftp://s3cret"]'],
      ['network.proxy', '[network]\nproxy = "s3cret@host"'],
      ['operator.name', '[operator]\nname = "s3cret\\nname"'],
      ['serve', 'serve = 1'],
      ['line 2', '[serve]\ns3cret'],
      ['UTF-8', '\xff'],
    ]
    for (const [named, content] of wrong) {
      await writeFile(join(home, 'holdfast.toml'), content, 'latin1')
      await assert.rejects(
        loadConfig({ home }, {}),
        (error) => invalid(named)(error) && !String(error).includes('s3cret'),
        content,
      )
    }
    await writeFile(join(home, 'holdfast.toml'), '#'.repeat(70_000))
    await assert.rejects(loadConfig({ home }, {}), invalid('larger'))
  })

  it('warns of keys that mean nothing, and takes a file with a byte order mark', async (t) => {
    const home = await temporaryDirectory(t)
    await writeFile(
      join(home, 'holdfast.toml'),
      '\ufefftop = 1\n[serve]\nlisten = "127.0.0.1:1"\nlitsen = 2\n[sreve]\nx = 1\n[operator]\nconstructor = 1\n',
    )
    const { config, problems } = await loadConfig({ home }, {})
    assert.equal(config.serve.listen, '127.0.0.1:1')
    assert.deepEqual(
      problems.map((problem) => [problem.code, problem.message.split(' ')[0]]),
      [
        ['CONFIG_UNKNOWN_KEY', 'top'],
        ['CONFIG_UNKNOWN_KEY', 'serve.litsen'],
        ['CONFIG_UNKNOWN_KEY', 'sreve'],
        ['CONFIG_UNKNOWN_KEY', 'operator.constructor'],
      ],
    )
  })
})
