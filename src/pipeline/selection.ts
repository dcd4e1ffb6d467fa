import { readFileSync, statSync } from 'node:fs'
import { CID } from 'multiformats/cid'
import { rowKey } from '../manifest/index-key.ts'
import { parseReference, type Reference } from '../model/original.ts'
import type { CatalogueBundle } from '../store/catalogue/bundles.ts'
import { documentOf } from './catalogue-text.ts'
import { PipelineError } from './errors.ts'
import type { Home } from './home.ts'

export interface Selection {
  /** Ids, URLs, keys, CIDs, or paths of files that list them, one a line. */
  readonly words: readonly string[]
  /** Conditions that must all hold. */
  readonly where: readonly string[]
  /** Fields of conditions beyond those that the catalogue itself knows. */
  readonly more?: Readonly<Record<string, MoreField>>
}

export interface MoreField {
  readonly of: (bundle: CatalogueBundle) => readonly string[]
  /** All that it can be. */
  readonly words: readonly string[]
}

const MAX_LIST_BYTES = 16 * 1024 * 1024

/**
 * The bundles that a person means: those named, or all, that meet every condition.
 *
 * @throws {PipelineError} `SELECTION_EMPTY` for a word that names nothing, `SELECTION_UNCLEAR`, `CONDITION_MALFORMED`.
 */
export function* selectBundles(home: Home, { words, where, more = {} }: Selection): Iterable<CatalogueBundle> {
  const conditions = where.map((text) => parseCondition(text, more))
  for (const bundle of words.length === 0 ? home.bundles.all() : named(home, words)) {
    if (conditions.every((meets) => meets(bundle))) yield bundle
  }
}

/** The same as ids: all of a large catalogue fit, where their documents would not. */
export function idsOfSelection(home: Home, words: readonly string[], where: readonly string[] = []): readonly string[] {
  return Array.from(selectBundles(home, { words, where }), ({ id }) => id)
}

/** Ids that one word leads to; a URL may lead to several bundles. */
export function idsOfWord(home: Home, word: string): readonly string[] {
  const reference = parseReference(word)
  return reference === undefined ? [] : idsOfReference(home, reference)
}

/** Ids of the catalogue that a reference leads to, published or not. */
export function idsOfReference(home: Home, reference: Reference): readonly string[] {
  switch (reference.kind) {
    case 'id':
      return home.bundles.get(reference.id) === undefined ? [] : [reference.id]
    case 'original':
      return [...new Set([reference.key, ...reference.aliases].flatMap((key) => idsOfKey(home, key)))]
    case 'cid': {
      const id = home.bundles.idOfRoot(reference.cid)
      return id === undefined ? home.bundles.idsOfFile(CID.parse(reference.cid).bytes) : [id]
    }
    default:
      return reference satisfies never
  }
}

/** The log knows keys that the bundle itself does not name: those that `original` added. */
function idsOfKey(home: Home, key: string): readonly string[] {
  const logged = home.fold.idsOf(rowKey(home.primitives.sha256, 'original', key))
  return [...home.bundles.idsOfKey(key), ...logged.filter((id) => home.bundles.get(id) !== undefined)]
}

function* named(home: Home, words: readonly string[]): Iterable<CatalogueBundle> {
  const seen = new Set<string>()
  for (const word of words.flatMap(expandList)) {
    const ids = idsOfWord(home, word)
    if (ids.length === 0) {
      throw new PipelineError('SELECTION_EMPTY', `nothing in the catalogue is ${word}`, {
        hint: 'give a bundle id, a URL, or a file with one of them on each line; `holdfast list` shows what is there',
      })
    }
    for (const id of ids) {
      const bundle = seen.has(id) ? undefined : home.bundles.get(id)
      seen.add(id)
      if (bundle !== undefined) yield bundle
    }
  }
}

/** A word that is a file on disk stands for its lines; `#` begins a comment, but not within a URL. */
function expandList(word: string): readonly string[] {
  if (parseReference(word)?.kind === 'id' || /^[a-z]+:\/\//iu.test(word)) return [word]
  const stats = statSync(word, { throwIfNoEntry: false })
  if (stats?.isFile() !== true) return [word]
  if (stats.size > MAX_LIST_BYTES)
    throw new PipelineError('SELECTION_UNCLEAR', `${word} is too large to be a list of ids or URLs`)
  return (
    readList(word)
      .split(/\r?\n/u)
      // Trimmed first: a text editor may have begun the file with a byte order mark.
      .map((line) =>
        line
          .trim()
          .replace(/(?:^|\s)#.*$/u, '')
          .trimEnd(),
      )
      .filter((line) => line !== '')
  )
}

function readList(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new PipelineError('SELECTION_UNCLEAR', `the list ${path} cannot be read`, {
      hint: 'make it readable, or name ids or URLs themselves',
      cause: error,
    })
  }
}

type Condition = (bundle: CatalogueBundle) => boolean

const FIELDS: Readonly<Record<string, (bundle: CatalogueBundle) => readonly string[]>> = {
  state: (bundle) => [bundle.state],
  access: (bundle) => [bundle.access],
  layout: (bundle) => [bundle.layout],
  platform: (bundle) => documentOf(bundle).originals.map(({ key }) => key.slice(0, key.indexOf(':'))),
  language: (bundle) => [
    ...(documentOf(bundle).languages ?? []),
    ...documentOf(bundle).title.map(({ language }) => language),
  ],
  title: (bundle) => documentOf(bundle).title.map(({ value }) => value),
}

/** Fields with a fixed set of words, so that a misspelt one is not taken for "none". `superseded` is said of versions alone. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  state: ['added', 'held', 'published', 'withdrawn', 'missing'],
  access: ['public', 'hold'],
}

function parseCondition(text: string, more: Readonly<Record<string, MoreField>>): Condition {
  const [, name = '', operator = '', value = ''] = /^([a-z]+)(=|!=|~)(.*)$/su.exec(text) ?? []
  const other = Object.hasOwn(more, name) ? more[name] : undefined
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : other?.of
  if (field === undefined) {
    throw new PipelineError('CONDITION_MALFORMED', `${text} is not a condition`, {
      hint: `write field=value, field!=value or field~part; fields: ${[...Object.keys(FIELDS), ...Object.keys(more)].join(', ')}`,
    })
  }
  const wanted = value.toLocaleLowerCase()
  const words = other?.words ?? WORDS[name]
  if (operator !== '~' && words?.includes(wanted) === false) {
    throw new PipelineError('CONDITION_MALFORMED', `${text} can never be: no ${name} is called ${value}`, {
      hint: `${name} is one of ${words.join(', ')}`,
    })
  }
  if (operator === '~') return (bundle) => field(bundle).some((each) => each.toLocaleLowerCase().includes(wanted))
  if (operator === '!=') return (bundle) => field(bundle).every((each) => each.toLocaleLowerCase() !== wanted)
  return (bundle) => field(bundle).some((each) => each.toLocaleLowerCase() === wanted)
}
