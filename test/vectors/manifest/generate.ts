import { writeFileSync } from 'node:fs'
import { approvalCases } from './make-approvals.ts'
import { idCases } from './make-ids.ts'
import { logCases } from './make-logs.ts'
import { policyCases } from './make-policies.ts'
import { shardCases } from './make-shards.ts'
import { statementCases } from './make-statements.ts'

const FILES: Readonly<Record<string, readonly object[]>> = {
  ids: idCases(),
  statements: statementCases(),
  approvals: approvalCases(),
  policies: policyCases(),
  logs: logCases(),
  shards: shardCases(),
}

for (const [name, cases] of Object.entries(FILES)) {
  const text = cases.map((one) => `${JSON.stringify(one)}\n`).join('')
  writeFileSync(new URL(`${name}.jsonl`, import.meta.url), text)
}
