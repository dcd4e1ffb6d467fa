import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

/** Reads test/vectors/manifest/NAME.jsonl, one case a line; what the members are stands in the README beside it. */
export function readManifestCases<T extends { readonly name: string; readonly rule: string }>(
  name: string,
): readonly T[] {
  const lines = readFileSync(new URL(`../../vectors/manifest/${name}.jsonl`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  const cases: readonly T[] = lines.map((line) => JSON.parse(line))
  assert.ok(cases.every((one) => typeof one.name === 'string' && one.rule.startsWith('§')))
  assert.equal(new Set(cases.map((one) => one.name)).size, cases.length, 'a case stands twice')
  return cases
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
