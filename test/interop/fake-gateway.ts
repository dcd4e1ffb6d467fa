import { type OpenServer, openServer } from '../../src/view/server.ts'
import type { FakeServedContent } from '../fakes/served-content.ts'

/** Our HTTP server over content in memory, with an empty manifest; the home and its catalogue are left out. */
export async function serveContent(content: FakeServedContent): Promise<OpenServer> {
  return openServer({
    listen: '127.0.0.1:0',
    content,
    manifest: { read: async () => undefined },
    health: () => ({ ok: true, origin: 'archive.example/testimony', size: 0 }),
    signal: new AbortController().signal,
  })
}
