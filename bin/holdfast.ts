#!/usr/bin/env node
// Plain JavaScript without import or export, which Node.js 12 can parse: an older Node.js must get as far as the message
// below. bin/package.json says "commonjs" because Node.js before 22.18 refuses a .ts file of an ES module package but
// runs a CommonJS one as it is. `npm run build` copies that file beside the compiled program.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major > 24 || (major === 24 && minor >= 15)) {
  // Compiling the sources costs 100 ms a start from a checkout; the packed program is fast without a cache. Not in the
  // system's temporary directory, where Node.js would put it: whoever may write there could put code of theirs into it.
  if (__filename.endsWith('.ts')) {
    process.getBuiltinModule('node:module').enableCompileCache(`${__dirname}/../node_modules/.cache/holdfast`)
  }
  // Until the program says otherwise: a process that ends without having finished must not look like success.
  process.exitCode = 1
  // A rejection here is a bug, so it is left to Node.js, which prints the stack and exits with 1.
  void import('../src/cli/main.ts')
    .then(({ main }) => main(process.argv.slice(2), process.env))
    .then((exitCode) => {
      process.exitCode = exitCode
    })
} else {
  process.stderr.write(
    `holdfast: error: Node.js 24.15 or newer is needed, this is ${process.versions.node} (NODE_TOO_OLD)\n` +
      'holdfast: hint: install a newer Node.js, or in a checkout run "npm ci" and then "npm run -s holdfast -- ...", which brings its own\n',
  )
  process.exitCode = 2
}
