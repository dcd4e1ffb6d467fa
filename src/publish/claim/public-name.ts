/**
 * The name under which a file is published: the claim's name with the extension of its neutral name in the bundle. What the
 * file is called on disk does not come in.
 *
 * @param path - such as `video.mp4`; an extension is 1 to 8 of `[a-z0-9]`, and without one there is none.
 */
export function publicName(path: string, name: string): string {
  const extension = /\.([a-z0-9]{1,8})$/.exec(path)?.[1]
  return extension === undefined ? name : `${name}.${extension}`
}
