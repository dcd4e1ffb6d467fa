import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import type { Person } from './program.ts'
import { LAST_LINK } from './publisher.ts'
import { tell } from './stage.ts'

const HOME = ['--home', 'home']

/** Somebody who holds what the publisher lists, from the server's address and the policy alone. */
export async function beginMirror(mirror: Person, url: string): Promise<void> {
  const { name } = (await mirror.holdfast(0, 'init', '--mirror', '--no-passphrase', ...HOME)).one('done')
  tell('holdfast init --mirror', `Keys to sign what it holds, under a name that says nothing: ${String(name)}.`)
  await mirror.holdfast(0, 'mirror', 'add', 'archive', '--from', url, '--policy', 'policy.txt', ...HOME)
  const { held, problems } = (await mirror.holdfast(0, 'mirror', 'sync', ...HOME)).one('done')
  assert.deepEqual([held, problems], [5, 0])
  tell('holdfast mirror add archive; holdfast mirror sync', '5 testimonies fetched, each block checked, and held.')
}

/** One more sync: what was withdrawn is not served any more. */
export async function obeyWithdrawal(mirror: Person): Promise<void> {
  const { held, quarantined } = (await mirror.holdfast(0, 'mirror', 'sync', ...HOME)).one('done')
  assert.equal(held, 4)
  assert.ok(Number(quarantined) > 0)
  tell('holdfast mirror sync', `One was withdrawn: 4 are held, and ${String(quarantined)} files lie in quarantine.`)
}

/** The publisher's computer is gone; a reader asks the mirror. */
export async function outlivePublisher(mirror: Person, reader: Person, publisherHome: string): Promise<void> {
  await rm(publisherHome, { recursive: true })
  await using server = await mirror.serve(...HOME, '--listen', '127.0.0.1:0')
  tell('holdfast serve', `The mirror answers at ${server.url}.`)
  const there = ['--manifest', server.url, '--policy', 'policy.txt']
  const match = (await reader.holdfast(0, 'lookup', LAST_LINK, ...there)).one('match')
  assert.equal(match.state, 'published')
  const got = await reader.holdfast(0, 'get', LAST_LINK, ...there, '-o', 'from-mirror')
  assert.ok(got.all('file').length >= 4 && got.all('file').every(({ verified }) => verified))
  tell(
    `holdfast get ${LAST_LINK} --manifest ${server.url} -o from-mirror`,
    `${got.all('file').length} files of ${match.id} from the mirror, checked against the publisher's signature.`,
  )
  await reader.holdfast(0, 'manifest', 'verify', server.url, '--policy', 'policy.txt')
  tell(
    `holdfast manifest verify ${server.url}`,
    'The whole log, statement by statement, and its index: as the publisher signed it.',
  )
}
