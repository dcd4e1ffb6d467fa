import { firstMatch, isWithin, type Platform } from './platform.ts'

/** Some videos of other sites have a second number behind a dash. */
const ID = /^[1-9]\d{0,24}(?:-\d{1,19})?$/

export const ok: Platform = {
  name: 'ok',
  kinds: { video: { value: ID, url: (id) => `https://ok.ru/video/${id}` } },
  owns: (host) => isWithin(host, 'ok.ru') || isWithin(host, 'odnoklassniki.ru'),
  read({ segments, query }) {
    // The last such segment: `/web-api/video/moviePlayer/ID` has two.
    const at = segments.findLastIndex((segment) => /^(?:video|videoembed|videoplayer|live|moviePlayer)$/.test(segment))
    const inPath = at === -1 ? undefined : segments[at + 1]
    const id = firstMatch(ID, inPath, query.get('st.mvId'), query.get('st.mvid'))
    return id === undefined ? undefined : { kind: 'video', value: id }
  },
}
