import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { FINDING_CODES } from '../src/clear/finding.ts'
import { readScriptingDocument, undocumentedFields } from './fakes/scripting-document.ts'

const root = new URL('../', import.meta.url)

async function read(path: string): Promise<string> {
  return readFile(new URL(path, root), 'utf8')
}

/** The codes of every `*_ERROR_CODES` array in src, each with the file that declares it. */
async function declaredCodes(): Promise<{ readonly code: string; readonly path: string }[]> {
  const found: { code: string; path: string }[] = []
  for await (const path of glob('src/**/*.ts', { cwd: root.pathname })) {
    for (const [, list = ''] of (await read(path)).matchAll(/_ERROR_CODES = \[([^\]]*)\]/g))
      for (const [, code = ''] of list.matchAll(/'([A-Z0-9_]+)'/g)) found.push({ code, path })
  }
  return found
}

/** Codes that are told and never thrown, so that no array has them: `code: 'X'` of a problem. */
async function toldCodes(): Promise<Set<string>> {
  const found = new Set<string>()
  for await (const path of glob('src/**/*.ts', { cwd: root.pathname }))
    for (const [, code = ''] of (await read(path)).matchAll(/\bcode:\s*(?:\w+ \? )?'([A-Z][A-Z0-9_]+)'/g))
      found.add(code)
  return found
}

describe('docs/ERRORS.md', async () => {
  const declared = await declaredCodes()
  const rows = [...(await read('docs/ERRORS.md')).matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map(([, code = '']) => code)

  it('has each code that the source declares, once', () => {
    assert.ok(declared.length > 100)
    assert.deepEqual(
      declared.filter(({ code }) => !rows.includes(code)).map(({ code }) => code),
      [],
    )
    assert.deepEqual(
      rows.filter((code, i) => rows.indexOf(code) !== i),
      [],
    )
  })

  it('has each code that is told without being thrown', async () => {
    assert.deepEqual(
      [...(await toldCodes())].filter((code) => !rows.includes(code)),
      [],
    )
  })

  it('has each code of the lint', () => {
    assert.deepEqual(
      FINDING_CODES.filter((code) => !rows.includes(code)),
      [],
    )
  })

  it('has no code that the source lacks', async () => {
    const known = new Set([
      ...declared.map(({ code }) => code),
      ...(await toldCodes()),
      ...FINDING_CODES,
      'NODE_TOO_OLD',
    ])
    assert.deepEqual(
      rows.filter((code) => !known.has(code)),
      [],
    )
  })

  it('can name a code once because no two folders share one', () => {
    const twice = declared.filter(({ code }, i) => declared.findIndex((other) => other.code === code) !== i)
    assert.deepEqual(twice, [])
  })
})

/** The members of the `Event` union in src/cli/report/events.ts, as its text spells them. */
async function declaredEvents(): Promise<Map<string, Set<string>>> {
  const events = await read('src/cli/report/events.ts')
  const shared: Readonly<Record<string, string>> = {
    Match: bodyOf(events, 'interface Match'),
    Adoption: bodyOf(await read('src/pipeline/events.ts'), 'interface Adoption'),
    ReplicatedFields: bodyOf(await read('src/pipeline/events.ts'), 'interface ReplicatedFields'),
    CopiedFields: bodyOf(await read('src/pipeline/events.ts'), 'interface CopiedFields'),
    Problem: bodyOf(await read('src/model/errors.ts'), 'interface Problem'),
  }
  const union = events.slice(events.indexOf('export type Event ='), events.indexOf('/** How far'))
  const members = union.split(/\n {2}\| /).slice(1)
  return new Map(
    members.map((member) => {
      const name = /event: '(\w+)'/.exec(member)?.[1] ?? ''
      const also = Object.entries(shared).filter(([type]) => member.includes(`& ${type}`))
      const fields = also.flatMap(([, body]) => fieldsOf(body))
      return [
        name,
        new Set([...fieldsOf(member.slice(member.indexOf('{') + 1)), ...fields].filter((field) => field !== 'event')),
      ]
    }),
  )
}

function bodyOf(text: string, declaration: string): string {
  const from = text.slice(text.indexOf(declaration))
  return from.slice(from.indexOf('{') + 1, from.indexOf('\n}'))
}

/** Names of the fields that are not inside of others. */
function fieldsOf(body: string): string[] {
  let flat = body
  for (let before = ''; before !== flat; ) {
    before = flat
    flat = flat.replace(/\{[^{}]*\}/g, '')
  }
  return [...flat.matchAll(/readonly (\w+\??):/g)].map(([, name = '']) => name)
}

/** `target add lbry`, `engine add car` and their like are two words below their file. */
const BELOW_ADD: ReadonlySet<string> = new Set(['lbry', 'odysee', 'kubo', 'cluster', 'psa', 'car', 'mirror'])

describe('docs/SCRIPTING.md', async () => {
  const document = await readScriptingDocument()

  it('names every event of the source with exactly its fields, and which may be left out', async () => {
    const declared = await declaredEvents()
    assert.ok(declared.size > 15)
    assert.deepEqual(new Map([...document.events].sort()), new Map([...declared].sort()))
  })

  it('says of each command what closes it', async () => {
    const commands: string[] = []
    for await (const path of glob('src/cli/commands/*.ts', { cwd: root.pathname })) {
      const below = /\/(manifest|lbry|target|channel|key|policy|mirror|engine)(?:-add(?:-remote)?|-care)?\.ts$/.exec(
        path,
      )?.[1]
      for (const [, name = ''] of (await read(path)).matchAll(/\bcommand\(\s*'(\w+)'/g))
        commands.push([below, BELOW_ADD.has(name) ? 'add' : undefined, name].filter(Boolean).join(' '))
    }
    assert.ok(commands.length > 15)
    assert.deepEqual([...document.done.keys()].sort(), commands.sort())
  })

  it('would be found wanting when a line had a field or a command that it does not name', () => {
    assert.deepEqual(undocumentedFields(document, { v: 1, event: 'held', id: 'x', why: 'y' }, 'publish'), ['why'])
    assert.deepEqual(undocumentedFields(document, { v: 1, event: 'done', exit: 0, added: 1 }, 'list'), ['added'])
    assert.deepEqual(undocumentedFields(document, { v: 1, event: 'done', exit: 0, added: 1 }, 'add'), [])
  })
})

/** `a/{b,c}.ts` as a/b.ts and a/c.ts. */
function expandBraces(path: string): string[] {
  const [whole, choices = ''] = /\{([^}]*)\}/.exec(path) ?? []
  return whole === undefined
    ? [path]
    : choices.split(',').flatMap((choice) => expandBraces(path.replace(whole, choice)))
}

describe('the documents', () => {
  it('name files and folders of the project that are there', async () => {
    const missing: string[] = []
    for (const document of [
      'README.md',
      'CONTRIBUTING.md',
      'docs/ARCHITECTURE.md',
      'docs/SECURITY.md',
      'docs/SCRIPTING.md',
    ]) {
      const text = await read(document)
      const ticked = [...text.matchAll(/`((?:src|test|docs|demo|bench|\.ci)\/[\w./{},-]*)`/g)].map(
        ([, path = '']) => path,
      )
      const linked = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = '']) =>
        join(dirname(document), path),
      )
      for (const path of [...ticked.flatMap(expandBraces), ...linked])
        if (!existsSync(new URL(path, root))) missing.push(`${document}: ${path}`)
    }
    assert.deepEqual(missing, [])
  })
})
