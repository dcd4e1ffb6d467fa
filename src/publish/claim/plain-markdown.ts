import anyAscii from 'any-ascii'

/**
 * Tags, comments, declarations and references of HTML, and fences of code: three or more of either mark. It begins at the
 * first of several backslashes alone, or a text of backslashes would take time in the square of its length.
 */
const REACHES_FAR = /(?<before>(?<!\\)\\*)(?<what>`{3,}|~{3,}|<(?=[a-z/!?])(?!https?:\/\/[^\s<>]*>)|&(?=#?\w+;))/gi
/** A first line of three dashes begins front matter, which is not shown. */
const FRONT_MATTER = /^---(?=[ \t]*(?:\n|$))/
/** White space and characters that nobody sees, the blank of Braille among them. */
const NOTHING_SEEN = /^[\s\p{Default_Ignorable_Code_Point}\u2800]*$/u
/** Longer beginnings of a line do not look like another line. In UTF-16 units. */
const LOOKED_AT = 400

/**
 * Takes from a foreign text what would reach beyond its own paragraph on pages that show descriptions as Markdown, as
 * Odysee does: an open fence or HTML comment would hide every line after it, ours too. Everything else keeps its meaning,
 * and a reader of the plain text sees a backslash here and there.
 *
 * By CommonMark 0.31 only fenced code, HTML blocks of kinds 1 to 5 and front matter go on after an empty line.
 *
 * @param text - normalised; may be hostile.
 */
export function tameMarkdown(text: string): string {
  return text.replace(FRONT_MATTER, '\\---').replace(REACHES_FAR, (_match, before: string, what: string) => {
    // A backslash before it may have made it harmless already; one more would undo that.
    const escaped = before.length % 2 === 1
    const [first = '', ...rest] = what
    return before + (escaped ? first : `\\${first}`) + rest.map((mark) => `\\${mark}`).join('')
  })
}

/**
 * Marks with `> ` (a quotation) every line that a hasty reader could take for one of our last lines, and leaves one empty
 * line where there are several, so that nothing pushes the last lines out of sight.
 *
 * @param origin - the manifest's origin, with which a citation begins.
 */
export function quoteLookalikes(text: string, origin: string): string {
  const ours = ['original:', 'ipfs:/', `${skeleton(origin)}/`]
  const lines = text.split('\n').map((line) => (NOTHING_SEEN.test(line) ? '' : line))
  return lines
    .filter((line, at) => line !== '' || lines[at - 1] !== '')
    .map((line) => (looksLike(line, ours) ? `> ${line}` : line))
    .join('\n')
}

function looksLike(line: string, starts: readonly string[]): boolean {
  const seen = skeleton(line)
  return starts.some((start) => seen.startsWith(start))
}

/** What a line looks like, without decoration: letters of other scripts that look or sound alike become Latin ones. */
function skeleton(line: string): string {
  return anyAscii(line.slice(0, LOOKED_AT).normalize('NFKC'))
    .toLowerCase()
    .replace(/[^a-z0-9:/.]/g, '')
    .replace(/^[^a-z]+/, '')
}
