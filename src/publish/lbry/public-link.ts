import { chmod, lstat, mkdir, mkdtemp, readdir, rmdir, symlink, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { PublishError } from '../errors.ts'

/** A file under the name that the network may know. */
export interface PublicLink extends AsyncDisposable {
  readonly path: string
}

/** `mkdtemp` adds six letters or digits. */
const PREFIX = 'holdfast-link-'
const OWN = /^holdfast-link-[A-Za-z0-9]{6}$/
/** The daemon may run as somebody else: who knows the name passes, nobody else sees it. */
const PASSABLE = 0o711

/**
 * Makes a symbolic link with a public name. The daemon puts the last part of the path that it is given into the claim and
 * the descriptor, and names of files may name people.
 *
 * Each link lies in a directory of its own, so that a call of an earlier run that is still at work in the daemon does not
 * find a file under its path again.
 *
 * @throws {PublishError} `TARGET_UNSUITABLE` where no link can be made.
 */
export async function linkPublicly(directory: string, publicName: string, localPath: string): Promise<PublicLink> {
  const path = await makeLink(directory, publicName, localPath).catch((cause: unknown) => {
    throw new PublishError('TARGET_UNSUITABLE', `no symbolic link can be made in ${directory}`, {
      cause,
      hint: 'let it be on a file system that has such links, with room and rights to write',
    })
  })
  return {
    path,
    async [Symbol.asyncDispose]() {
      await unlink(path).catch(unlessAbsent)
      await rmdir(dirname(path)).catch(unlessAbsent)
    },
  }
}

async function makeLink(directory: string, publicName: string, localPath: string): Promise<string> {
  await mkdir(directory, { recursive: true })
  const own = await mkdtemp(join(resolve(directory), PREFIX))
  const path = join(own, publicName)
  try {
    await chmod(own, PASSABLE)
    await symlink(localPath, path)
    return path
  } catch (error) {
    await rmdir(own)
    throw error
  }
}

/**
 * Takes away what a killed run left: links in directories that look like ours, and those directories once they are empty.
 *
 * @throws {PublishError} `TARGET_UNSUITABLE`.
 */
export async function removeStaleLinks(directory: string): Promise<void> {
  try {
    const names = (await readdir(directory).catch(unlessAbsent)) ?? []
    for (const name of names) if (OWN.test(name)) await removeStale(join(directory, name))
  } catch (cause) {
    throw new PublishError('TARGET_UNSUITABLE', `${directory} cannot be used for links`, {
      cause,
      hint: 'let it be a directory of this account, on a file system that has symbolic links',
    })
  }
}

async function removeStale(own: string): Promise<void> {
  if (!(await lstat(own)).isDirectory()) return
  const inside = (await readdir(own)).map((name) => join(own, name))
  const kinds = await Promise.all(inside.map((path) => lstat(path)))
  // Whatever else is there, somebody put it there.
  if (!kinds.every((kind) => kind.isSymbolicLink())) return
  for (const path of inside) await unlink(path)
  await rmdir(own)
}

function unlessAbsent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
