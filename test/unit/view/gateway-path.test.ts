import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { hasDotSegment, parseContentPath } from '../../../src/view/content-path.ts'
import { ViewError } from '../../../src/view/errors.ts'
import { DEFAULT_LIMITS } from '../../../src/view/limits.ts'
import { distinctBytes } from '../../fakes/served-content.ts'
import { aWorld, bytesOf } from './support.ts'

const CID = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'

describe('the path of a request', () => {
  it('is percent-decoded exactly once', () => {
    assert.deepEqual(parseContentPath(`/ipfs/${CID}/%D0%B0%20b/%2541`).segments, ['а b', '%41'])
    assert.deepEqual(parseContentPath(`/ipfs/${CID}/`).segments, [])
  })

  for (const [what, path] of [
    ['no CID', '/ipfs/'],
    ['a CID that is none', '/ipfs/bafyno'],
    ['a CID with a wrong letter case', `/ipfs/${CID.toUpperCase()}x`],
    ['an empty name', `/ipfs/${CID}//a`],
    ['two slashes at the end', `/ipfs/${CID}/a//`],
    ['an encoded slash', `/ipfs/${CID}/a%2Fb`],
    ['an encoded backslash', `/ipfs/${CID}/a%5cb`],
    ['an encoded NUL', `/ipfs/${CID}/a%00`],
    ['an encoded parent', `/ipfs/${CID}/%2e%2e`],
    ['bytes that are not UTF-8', `/ipfs/${CID}/%ff`],
    ['half an escape', `/ipfs/${CID}/%4`],
  ] as const) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => parseContentPath(path), { name: 'ViewError', code: 'REQUEST_MALFORMED' })
    })
  }

  it('is refused when it or one of its names is too long', () => {
    assert.throws(() => parseContentPath(`/ipfs/${CID}${'/a'.repeat(33)}`), { code: 'REQUEST_TOO_LONG' })
    assert.throws(() => parseContentPath(`/ipfs/${CID}/${'а'.repeat(128)}`), { code: 'REQUEST_TOO_LONG' })
    assert.equal(parseContentPath(`/ipfs/${CID}/${'a'.repeat(255)}`).segments[0]?.length, 255)
  })

  it('is either understood or refused as a request, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          const { segments, encoded } = parseContentPath(`/ipfs/${CID}/${text}`)
          assert.ok(
            segments.every(
              (segment) => !['', '.', '..'].includes(segment) && !segment.includes('/') && !segment.includes('\0'),
            ),
          )
          assert.match(encoded, /^[\x21-\x7e]+$/)
        } catch (error) {
          if (!(error instanceof ViewError)) throw error
        }
      }),
    )
  })

  it('shows its dots however they are written', () => {
    for (const target of ['/..', '/a/../b', '/a/%2E%2e', '/a/.%2e?x', '/./a', '/a\\..\\b'])
      assert.ok(hasDotSegment(target), target)
    for (const target of ['/a..b', '/...', '/a?x=/../', '/.hidden']) assert.ok(!hasDotSegment(target), target)
  })
})

describe('a path into directories', () => {
  it('leads to the file, and names a CID for each step', async () => {
    const { content, get } = aWorld()
    const text = new TextEncoder().encode('hello')
    const { root, file } = await content.addDirectory({ 'bundles/ab/note one.txt': text })
    const response = await get(`/ipfs/${root}/bundles/ab/note%20one.txt`)
    assert.deepEqual(await bytesOf(response), text)
    const roots = response.headers.get('x-ipfs-roots')?.split(',') ?? []
    assert.equal(roots.length, 4)
    assert.equal(roots[0], `${root}`)
    assert.equal(roots[3], `${file('bundles/ab/note one.txt')}`)
    assert.equal(response.headers.get('x-ipfs-path'), `/ipfs/${root}/bundles/ab/note%20one.txt`)
  })

  it('finds every name of a sharded directory', async () => {
    const { content, get } = aWorld()
    const names = Array.from({ length: 600 }, (_, i) => `name-${i}`)
    const files = Object.fromEntries(names.map((name) => [name, new TextEncoder().encode(name)]))
    const { root } = await content.addDirectory(files, { shardAbove: 1 })
    for (const name of ['name-0', 'name-299', 'name-599'])
      assert.equal(await (await get(`/ipfs/${root}/${name}`)).text(), name)
    assert.equal((await get(`/ipfs/${root}/name-600`)).status, 404)
    const listing = await (await get(`/ipfs/${root}`)).text()
    assert.deepEqual(
      listing
        .split('\n')
        .filter((line) => line.startsWith('/'))
        .sort(),
      names.map((name) => `/ipfs/${root}/${name}`).sort(),
    )
  })

  it('is searched in no more parts of a sharded directory than there may be', async () => {
    const { content, get, problems } = aWorld({ limits: { dag: { ...DEFAULT_LIMITS.dag, shards: 3 } } })
    const names = Array.from({ length: 2_000 }, (_, i) => [`name-${i}`, new TextEncoder().encode(`${i}`)] as const)
    const { root } = await content.addDirectory(Object.fromEntries(names), { shardAbove: 1 })
    assert.equal((await get(`/ipfs/${root}/no-such-name`)).status, 500)
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['DAG_TOO_LARGE'],
    )
    assert.ok(content.reads.length <= 6, `${content.reads.length}`)
  })

  it('is a 404 without an echo where there is no such name, or a file instead of a directory', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ a: distinctBytes(9) })
    for (const path of ['nothing-here', 'a/b', 'a/b/c']) {
      const response = await get(`/ipfs/${root}/${path}`)
      assert.equal(response.status, 404, path)
      assert.doesNotMatch(await response.text(), /nothing-here/)
    }
  })

  it('ends at a directory with the addresses of its files', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ 'a b.txt': distinctBytes(9), 'sub/c': distinctBytes(8) })
    const response = await get(`/ipfs/${root}/`)
    assert.equal(response.status, 406)
    assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8')
    const text = await response.text()
    assert.match(text, /^DIRECTORY_REQUESTED: .*format=car/)
    assert.ok(text.includes(`\n/ipfs/${root}/a%20b.txt\n/ipfs/${root}/sub\n`), text)
  })

  it('does not take an encoded prefix for the gateway', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ a: distinctBytes(9) })
    assert.equal((await get(`/%69pfs/${root}?format=raw`)).status, 404)
  })
})
