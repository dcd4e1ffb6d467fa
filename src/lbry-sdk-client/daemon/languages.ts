/** Languages that a claim can have: `enum Language` of LBRY's claim.proto, ISO 639-1 as of 2019, 184 of them. */
const LANGUAGES: ReadonlySet<string> = new Set(
  (
    'en aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el eo ' +
    'es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ' +
    'ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn ' +
    'no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta ' +
    'te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu'
  ).split(' '),
)
const TAG = /^(?<language>[a-z]{2})(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|\d{3}))?$/

/**
 * Whether the daemon takes a language tag: `lang[-Script][-REGION]`, spelled with the usual case. Which scripts and regions
 * it knows is not checked here: an unknown one comes back as `LBRY_PARAMS_REFUSED`.
 */
export function isLbryLanguage(tag: string): boolean {
  const language = TAG.exec(tag)?.groups?.['language']
  return language !== undefined && LANGUAGES.has(language)
}

/** The languages themselves, without script and region: for whoever maps other lists to this one. */
export function lbryLanguages(): readonly string[] {
  return [...LANGUAGES]
}
