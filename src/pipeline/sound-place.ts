import { lstat } from 'node:fs/promises'
import type { Home } from './home.ts'

/**
 * A place where content lies as it was when it was hashed, by its stat: whoever reads there reads the bytes that the CID
 * names. Nothing when there is none.
 *
 * The same content may lie in several places, and another place may hold other bytes by now.
 */
export async function soundPlace(home: Home, content: number): Promise<string | undefined> {
  for (const { path } of home.content.locationsOf(content)) {
    if (await isSound(home, content, path)) return path
  }
  return undefined
}

/** True when the file at `path` still has the stat with which it was hashed as this content. */
export async function isSound(home: Home, content: number, path: string): Promise<boolean> {
  const stat = await lstat(path, { bigint: true }).catch(() => undefined)
  return stat !== undefined && home.content.knownContent(path, stat) === content
}
