import assert from 'node:assert/strict'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { CONFIG_TEMPLATE } from '../../../src/cli/config-template.ts'
import type { Policy } from '../../../src/manifest/policy.ts'
import { checkFollowSettings } from '../../../src/mirror/settings.ts'
import type { Problem } from '../../../src/model/errors.ts'
import { addMirror } from '../../../src/pipeline/mirror/add-mirror.ts'
import { type FollowedLog, openFollowedLog } from '../../../src/pipeline/mirror/followed-log.ts'
import { initialiseMirror } from '../../../src/pipeline/mirror/mirror-home.ts'
import { type CosignHead, type SyncCounts, syncLog } from '../../../src/pipeline/mirror/sync-log.ts'
import { configureNetwork } from '../../../src/read/network.ts'
import { listening } from '../../fakes/fake-gateway.ts'
import { policyOf } from '../../fakes/written-manifest.ts'

configureNetwork({ proxyUrl: undefined, idleMs: 1_000, graceMs: 1_000 })

/** What a source does with one request for a file of its manifest directory. */
export type Answer = (answer: ServerResponse, bytes: Uint8Array | undefined, path: string, range?: string) => void

/** A web server with a manifest directory and blocks, honest unless told otherwise. */
export interface FakeSource {
  readonly url: string
  /** What it gives from now on. */
  files: ReadonlyMap<string, Uint8Array>
  readonly blocks: Map<string, Uint8Array>
  answer: Answer
  /** Paths in order, and bytes that went out, headers included. */
  readonly asked: string[]
  sent: number
}

export async function aSource(context: TestContext, files: ReadonlyMap<string, Uint8Array>): Promise<FakeSource> {
  const source = {
    url: '',
    files,
    blocks: new Map<string, Uint8Array>(),
    answer: honest,
    asked: [] as string[],
    sent: 0,
  }
  const server = createServer((request, answer) => {
    const path = request.url ?? ''
    source.asked.push(path)
    const block = /^\/ipfs\/([^/?]+)/.exec(path)?.[1]
    const bytes = block === undefined ? source.files.get(path.replace(/^\/manifest\//u, '')) : source.blocks.get(block)
    // Headers, too: what the line carries is what following costs.
    const before = request.socket.bytesWritten
    answer.on('finish', () => {
      source.sent += request.socket.bytesWritten - before
    })
    source.answer(answer, bytes, path, request.headers.range)
  })
  source.url = await listening(server)
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return source
}

/** As static web servers do, ranges included. */
export const honest: Answer = (answer, bytes, _path, range) => {
  if (bytes === undefined) {
    answer.writeHead(404).end()
    return
  }
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? Number.NaN)
  if (Number.isNaN(from)) answer.writeHead(200, { 'content-length': bytes.length }).end(bytes)
  else if (from >= bytes.length) answer.writeHead(416).end()
  else
    answer
      .writeHead(206, {
        'content-length': bytes.length - from,
        'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      })
      .end(bytes.subarray(from))
}

export interface Mirror {
  readonly home: string
  /** Syncs once and tells what was said. @param at - the mirror's own clock, RFC 3339. @param cosign - signs what is held. */
  sync(at?: string, cosign?: CosignHead): Promise<Synced>
  /** Opens the log for looking at it. */
  look<T>(action: (log: FollowedLog) => T | Promise<T>): Promise<T>
}

export interface Synced extends SyncCounts {
  readonly told: readonly Problem[]
  readonly withdrawn: readonly string[]
}

/** A mirror that follows `archive` from these places. */
export async function aMirror(
  context: TestContext,
  from: readonly string[],
  {
    policy = policyOf(),
    ...settings
  }: {
    readonly policy?: Policy
    readonly jurisdictions?: readonly string[]
    readonly include?: readonly string[]
    readonly budget?: number
  } = {},
): Promise<Mirror> {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-mirror-')))
  context.after(() => rmSync(path, { recursive: true, force: true }))
  const home = join(path, 'home')
  await initialiseMirror(home, { name: 'm-test1', config: CONFIG_TEMPLATE, passphrase: undefined })
  await addMirror(home, 'archive', { policy, settings: checkFollowSettings({ from, ...settings }, 'the test') })
  const calm = new AbortController().signal
  return {
    home,
    async sync(at, cosign) {
      await using log = await openFollowedLog(home, 'archive', { write: 'mirror sync' })
      const told: Problem[] = []
      const withdrawn: string[] = []
      const dated = at === undefined ? log : { ...log, home: { ...log.home, now: () => at } }
      const counts = await syncLog(dated, {
        ...{
          signal: calm,
          stopping: calm,
          openPeers: () => assert.fail('nobody named a peer'),
          ...(cosign === undefined ? {} : { cosign }),
        },
        onEvent(event) {
          if (event.type === 'problem') told.push(event.problem)
          if (event.type === 'withdrawn') withdrawn.push(event.id)
        },
      })
      return { ...counts, told, withdrawn }
    },
    async look(action) {
      await using log = await openFollowedLog(home, 'archive')
      return await action(log)
    },
  }
}

/** Codes by the source that they are about. */
export function faultsOf({ told }: Synced): readonly (readonly [source: string, code: string])[] {
  return told.map(({ path = '', code }) => [path, code] as const)
}
