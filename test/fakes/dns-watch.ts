import { createHook } from 'node:async_hooks'
import { writeSync } from 'node:fs'

/**
 * Loaded before a program (`node --import`): writes one line to stderr for each request to a resolver that the process
 * makes by whatever function, because every one of them is such a resource of Node's.
 */
const RESOLVING = new Set(['GETADDRINFOREQWRAP', 'GETNAMEINFOREQWRAP', 'QUERYWRAP'])

createHook({
  init(_, type) {
    if (RESOLVING.has(type)) writeSync(2, `dns-watch: ${type}\n`)
  },
}).enable()
