import { execFileSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryDirectory } from './temporary-directory.ts'

export interface SmallDisk extends AsyncDisposable {
  readonly path: string
}

/** A file system of its own that is soon full, such as `256k`; undefined where this user may not mount one. */
export async function smallDisk(context: TestContext, size: string): Promise<SmallDisk | undefined> {
  const path = join(await temporaryDirectory(context), 'disk')
  await mkdir(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'holdfast-test', path], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      execFileSync('umount', [path])
    },
  }
}
