#!/usr/bin/env node
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setPriority, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { INTEROP, PEERS, type Peer, peerDirectory, programOf, reasonPath } from './peers.ts'

/** Above what the largest peer takes on a slow machine; a proxy that hangs must not hold everything up. */
const TOO_LONG_MS = 30 * 60_000

/** The peer, or one of the modules that it needs, cannot be had on this machine. It is said and passed over. */
class NotToBeHad extends Error {
  override name = 'NotToBeHad' as const
}

setPriority(19)
for (const peer of PEERS) {
  const started = performance.now()
  const outcome = buildOrSkip(peer)
  console.log(`${peer.name} ${peer.version}: ${outcome} (${((performance.now() - started) / 60_000).toFixed(1)} min)`)
}

/** Each in a directory that appears whole or not at all, so that a killed run leaves nothing half. */
function buildOrSkip(peer: Peer): string {
  if (existsSync(programOf(peer))) return 'there already'
  const directory = peerDirectory(peer)
  mkdirSync(dirname(directory), { recursive: true })
  const making = mkdtempSync(`${directory}.making-`)
  try {
    build(peer, sourceOf(peer), making)
    rmSync(directory, { recursive: true, force: true })
    renameSync(making, directory)
    rmSync(reasonPath(peer), { force: true })
    return 'built'
  } catch (error) {
    if (!(error instanceof NotToBeHad)) throw error
    writeFileSync(reasonPath(peer), `${error.message}\n`)
    return `skipped: ${error.message}`
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}

function build(peer: Peer, source: string, making: string): void {
  // Brings the source of every package that is compiled, so that a failure after this is a fault and not a missing module.
  const packages = peer.build.filter((argument) => argument.startsWith('.'))
  go(source, ['list', '-deps', ...(peer.build[0] === 'test' ? ['-test'] : []), ...packages])
  const [command = 'build', ...rest] = peer.build
  // Paths of this machine stay out of the program.
  const { status } = spawnSync('go', [command, '-trimpath', '-ldflags=-s -w', '-o', join(making, peer.name), ...rest], {
    ...{ cwd: source, stdio: 'inherit', timeout: TOO_LONG_MS, killSignal: 'SIGKILL' },
  })
  if (status !== 0) throw new Error(`${peer.module} ${peer.version} does not build`)
  if (peer.data !== undefined) cpSync(join(source, peer.data), join(making, peer.data), { recursive: true })
}

/**
 * A directory with the sources of a peer. The module is built where the Go client keeps it, as the main module, so that
 * its own go.mod and go.sum decide what goes in.
 */
function sourceOf({ module, version, sum, source }: Peer): string {
  if (source !== undefined) return join(INTEROP, source)
  const told: unknown = JSON.parse(go(tmpdir(), ['mod', 'download', '-json', `${module}@${version}`]))
  if (!isDownload(told)) throw new TypeError(`the Go client says nothing about ${module}`)
  if (sum !== undefined && told.Sum !== sum) throw new Error(`${module} ${version} has the sum ${told.Sum}, not ${sum}`)
  return told.Dir
}

function isDownload(told: unknown): told is { readonly Dir: string; readonly Sum: string } {
  if (typeof told !== 'object' || told === null || !('Dir' in told) || !('Sum' in told)) return false
  return typeof told.Dir === 'string' && typeof told.Sum === 'string'
}

/** Runs the Go client for something that may not be there. @throws {NotToBeHad} */
function go(cwd: string, args: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync('go', args, {
    ...{ cwd, encoding: 'utf8', timeout: TOO_LONG_MS, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 },
  })
  if (error !== undefined) {
    const missing = 'code' in error && error.code === 'ENOENT'
    throw new NotToBeHad(missing ? 'Go is not installed' : `go ${args[0]} did not end: ${error.message}`)
  }
  if (status === 0) return stdout
  throw new NotToBeHad(whyOf(stdout, stderr) ?? `go ${args[0]} ended with status ${status}`)
}

/** The first thing that the Go client complains of, in one line and without the address of whom it asked. */
function whyOf(stdout: string, stderr: string): string | undefined {
  const told = /"Error": ("(?:[^"\\]|\\.)*")/.exec(stdout)?.[1]
  const complaint = told === undefined ? stderr : String(JSON.parse(told))
  const lines = complaint.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('go: downloading'))
  return lines[0]?.replace(/\bhttps?:\S+/, 'the module proxy:').slice(0, 300)
}
