import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { doneOf, type Line, type Outcome } from './harness.ts'
import { aPublishedWorld, type PublishedWorld } from './published-world.ts'

/** A server of some home. */
export interface Served {
  readonly url: string
  stop(): Promise<Outcome>
}

/** A publisher with mirrors around it; each command is a process of its own. */
export interface MirrorWorld extends PublishedWorld {
  readonly policy: string
  /** Makes the home of a mirror and follows the log from these places. @returns its home. */
  mirror(name: string, from: readonly string[], more?: readonly string[]): Promise<string>
  serveHome(home: string): Promise<Served>
  sync(home: string, env?: Readonly<Record<string, string>>): Promise<Outcome>
}

export const LOG_NAME = 'archive'

export async function aMirrorWorld(context: TestContext): Promise<MirrorWorld> {
  const world = await aPublishedWorld(context)
  const policy = join(world.home, 'policy.txt')
  return {
    ...world,
    policy,
    serveHome: (home) => world.serve({ env: { HOLDFAST_HOME: home } }),
    async mirror(name, from, more = []) {
      const home = join(world.path, name)
      const made = await world.at(home, ['init', '--mirror', '--no-passphrase', '--json'])
      assert.equal(made.exit, 0, made.stdout)
      const add = ['mirror', 'add', LOG_NAME, '--from', ...from, '--policy', policy, ...more, '--json']
      const added = await world.at(home, add)
      assert.equal(added.exit, 0, added.stdout)
      return home
    },
    sync: (home, env) => world.at(home, ['mirror', 'sync', '--json'], env),
  }
}

/** Where the log of a mirror lies, as a home of its own. */
export function logHome(home: string): string {
  return join(home, 'mirrors', LOG_NAME)
}

/** The one line of `mirror status`. */
export async function statusOf(world: MirrorWorld, home: string): Promise<Line> {
  const outcome = await world.at(home, ['mirror', 'status', '--json'])
  assert.equal(outcome.exit, 0, outcome.stdout)
  const [line] = outcome.events.filter(({ event }) => event === 'mirror')
  assert.ok(line !== undefined)
  return line
}

/** A sync that must be well. */
export async function synced(world: MirrorWorld, home: string): Promise<Line> {
  const outcome = await world.sync(home)
  assert.equal(outcome.exit, 0, JSON.stringify(outcome.events))
  return doneOf(outcome)
}
