import type { FollowedLog } from '../pipeline/mirror/followed-log.ts'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'
import { EXIT, type Exit, exitOfCode } from './exit-codes.ts'
import { readPolicy } from './policy-option.ts'
import { openCosigning, syncOne } from './sync-mirrors.ts'
import type { World } from './world.ts'

export interface Imported {
  /** Fields of `done`. */
  readonly counts: Readonly<Record<string, unknown>>
  readonly exit: Exit
}

/** @returns files that are not as they were written, with `everything`; otherwise it only looks whether the disk is finished. */
export async function checkBeforeImport(context: Context, directory: string, everything: boolean): Promise<number> {
  const { existsSync } = await import('node:fs')
  const { join } = await import('node:path')
  const { requireDisk, SEAL } = await import('../disk/layout.ts')
  const { damagedOn } = await import('../pipeline/disk/damaged-files.ts')
  const { report, signal } = context
  await requireDisk(directory)
  if (!existsSync(join(directory, SEAL))) {
    const message = `the disk has no ${SEAL}: it was not finished, or a part of it is lost`
    report.emit({
      event: 'problem',
      code: 'DISK_UNSEALED',
      message,
      hint: 'let whoever makes it run `holdfast export` again',
      warning: true,
    })
  }
  if (!everything) return 0
  let damaged = 0
  await damagedOn(directory, {
    signal,
    onProgress: (progress) => report.progress({ label: 'reading the disk', ...progress }),
    onDamaged(problem) {
      damaged += 1
      report.emit({ event: 'problem', ...problem })
    },
  })
  report.progress(undefined)
  return damaged
}

/** A failed verification above what can be repeated, and that above what cannot. */
export function worseExit(one: Exit, other: Exit): Exit {
  return one > other ? one : other
}

/** As a sync with this one source. @throws {CliError} `USAGE` for a log that is not followed. */
export async function importIntoMirror(
  context: Context,
  world: World,
  directory: string,
  options: { readonly policy?: string | undefined; readonly name?: string | undefined },
): Promise<Imported> {
  const { homePaths } = await import('../store/home.ts')
  const { openFollowedLog } = await import('../pipeline/mirror/followed-log.ts')
  const name = await followedAs(world, directory, options)
  using cosigning = await openCosigning(context, world)
  const { faults, followed: _followed, ...done } = await syncOne(context, world, name, cosigning, undefined, directory)
  let exit: Exit = EXIT.done
  for (const code of faults) exit = worseExit(exit, exitOfCode(code))
  const counts = { log: name, ...done }
  if (cosigning === undefined || context.stopping.aborted) return { counts, exit }
  const { returnCosignatures } = await import('../pipeline/disk/return-cosignatures.ts')
  await using log: FollowedLog = await openFollowedLog(world.home, name)
  const { lines, delivered } = await returnCosignatures(homePaths(world.home), log, directory, {
    cosigning,
    onProblem: (problem) => context.report.emit({ event: 'problem', ...problem }),
  })
  const { origin } = log.home
  for (const { size, root, line } of lines)
    context.report.emit({ event: 'cosigned', origin, size, root, name: line.name, line: line.line })
  return {
    counts: { ...counts, returned: delivered ? lines.length : 0 },
    exit: delivered ? exit : worseExit(exit, EXIT.partly),
  }
}

/** The name under which the log on the disk is followed; begins to follow it where everything for that was given. */
async function followedAs(
  { home }: World,
  directory: string,
  { policy, name }: { readonly policy?: string | undefined; readonly name?: string | undefined },
): Promise<string> {
  const { requireDisk } = await import('../disk/layout.ts')
  const { followedNames } = await import('../pipeline/mirror/mirror-home.ts')
  const { openFollowedLog } = await import('../pipeline/mirror/followed-log.ts')
  const { addMirror } = await import('../pipeline/mirror/add-mirror.ts')
  const { checkFollowSettings } = await import('../mirror/settings.ts')
  const { nodePrimitives } = await import('../store/node-primitives.ts')
  const origin = await requireDisk(directory)
  for (const each of await followedNames(home)) {
    await using log = await openFollowedLog(home, each)
    if (log.home.origin !== origin) continue
    if (policy === undefined && (name ?? each) === each) return each
    throw new CliError('USAGE', `${origin} is followed already, as ${each}`, {
      hint: 'leave --policy and --name out; `holdfast mirror add` changes whose signatures count',
    })
  }
  if (policy === undefined || name === undefined) {
    throw new CliError('USAGE', `the disk carries ${origin}, which this mirror does not follow`, {
      hint: 'give --policy with the file that the publisher handed out in another way, and --name with what you call it',
    })
  }
  const read = await readPolicy(policy, nodePrimitives.sha256)
  if (!read.logs.some(({ key }) => key.name === origin)) {
    throw new CliError('USAGE', `the disk carries ${origin}, and the policy is about another log`, {
      hint: 'give the policy of that log',
    })
  }
  await addMirror(home, name, { policy: read, settings: checkFollowSettings({ from: [directory] }, 'the options') })
  return name
}

/** Cosignatures alone. */
export async function importIntoPublisher(context: Context, world: World, directory: string): Promise<Imported> {
  const { openHome } = await import('../pipeline/open-home.ts')
  const { takeFromDisk } = await import('../pipeline/disk/take-from-disk.ts')
  await using home = await openHome(world.home)
  const counts = await takeFromDisk(home, directory, {
    settings: world.config.manifest,
    onProblem: (problem) => context.report.emit({ event: 'problem', ...problem }),
  })
  if (counts.taken + counts.known + counts.refused === 0) {
    const message = 'no mirror has left a cosignature on this disk; content is only imported into the home of a mirror'
    context.report.emit({ event: 'note', message })
  }
  return { counts: { ...counts }, exit: counts.refused > 0 ? EXIT.partly : EXIT.done }
}
