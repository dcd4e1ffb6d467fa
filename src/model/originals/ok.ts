import { firstMatch, isWithin, type Platform } from './platform.ts'

/** Some videos of other sites have a second number behind a dash. */
const ID = /^[1-9]\d{0,24}(?:-\d{1,19})?$/

export const ok: Platform = {
  name: 'ok',
  kinds: { video: { value: ID, url: (id) => `https://ok.ru/video/${id}` } },
  owns: (host) => isWithin(host, 'ok.ru') || isWithin(host, 'odnoklassniki.ru'),
  read({ segments, query }) {
    const at = segments.findIndex((segment) => /^(?:video|videoembed|videoplayer|live|moviePlayer)$/.test(segment))
    const id = firstMatch(
      ID,
      segments.slice(at).at(at === -1 ? segments.length : 1),
      query.get('st.mvId'),
      query.get('st.mvid'),
    )
    return id === undefined ? undefined : { kind: 'video', value: id }
  },
}
