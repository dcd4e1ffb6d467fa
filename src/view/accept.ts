/** One member of an `Accept` or `Accept-Encoding` header. */
export interface Preference {
  /** Lower case: a media range, or an encoding. */
  readonly value: string
  readonly parameters: ReadonlyMap<string, string>
  /** 0 to 1; 0 means: not this. */
  readonly q: number
}

/** Reads such a header, most wanted first; members that make no sense are passed over. Source: RFC 9110 12.4 and 12.5. */
export function preferences(header: string | undefined): Preference[] {
  const members = (header ?? '').split(',').map(preferenceOf)
  // The sort is stable, so members of equal weight keep the client's order.
  return members.filter(({ value }) => value !== '').sort((a, b) => b.q - a.q)
}

/** True when the client takes gzip and did not forbid it. Absence of the header is read as "no", which is always safe. */
export function acceptsGzip(header: string | undefined): boolean {
  const wanted = preferences(header)
  const member =
    wanted.find(({ value }) => value === 'gzip' || value === 'x-gzip') ?? wanted.find(({ value }) => value === '*')
  return (member?.q ?? 0) > 0
}

function preferenceOf(member: string): Preference {
  const [value = '', ...rest] = member.split(';').map((part) => part.trim())
  const parameters = new Map<string, string>()
  for (const parameter of rest) {
    const [name = '', text = ''] = parameter.split('=', 2).map((part) => part.trim())
    parameters.set(name.toLowerCase(), text.replace(/^"(.*)"$/, '$1').toLowerCase())
  }
  const q = Number(parameters.get('q') ?? 1)
  return { value: value.toLowerCase(), parameters, q: q >= 0 && q <= 1 ? q : 1 }
}
