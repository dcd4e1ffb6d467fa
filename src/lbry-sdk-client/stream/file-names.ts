/** The end of a name; Python's `$`, which lbry-sdk uses, also matches before a line break that ends it. */
const END = '(?=\\n?$)'
/** What is left out of a name, in the order in which it is looked for at each place. */
const LEFT_OUT = new RegExp(
  [
    // What Windows forbids in names, and control characters.
    '[<>:"/\\\\|?*\\u0000-\\u001f]+',
    // Dots at the end, with the blanks around them.
    `[ \\t]*\\.+[ \\t]*${END}`,
    // Blanks at either end.
    `^[ \\t]+|[ \\t]+${END}`,
    // Names of devices on Windows.
    `^(?:CON|PRN|AUX|NUL|COM[1-9]|LPT[1-9])${END}`,
  ].join('|'),
  'g',
)
/** What lbry-sdk calls a file when nothing of its name is left. */
const NAMELESS = 'lbry_download'

/**
 * The name under which a stream suggests to save its file, made as lbry-sdk makes it (`sanitize_file_name` in
 * `lbry/stream/descriptor.py`): stem and ending are cleaned apart. Streams of the same file that differ in this name
 * differ in their hashes.
 */
export function suggestFileName(name: string): string {
  const dot = endingAt(name)
  const stem = name.slice(0, dot).replace(LEFT_OUT, '') || NAMELESS
  const ending = name.slice(dot).replace(LEFT_OUT, '')
  return ending.length > 1 ? stem + ending : stem
}

/** Where the ending begins, as Python's `os.path.splitext` sees it: dots that begin a name begin no ending. */
function endingAt(name: string): number {
  const base = name.lastIndexOf('/') + 1
  const dot = name.lastIndexOf('.')
  return dot > base && /[^.]/.test(name.slice(base, dot)) ? dot : name.length
}
