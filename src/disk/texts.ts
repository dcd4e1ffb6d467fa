import { readmeInEnglish } from './texts/en.ts'

export interface DiskFacts {
  readonly origin: string
  /** Verifier key of the log. */
  readonly vkey: string
}

/** README.txt in one language: plain words, no paths of the writer's computer, no names of people, nothing that changes from run to run. */
export type DiskText = (facts: DiskFacts) => string

/** Language tags (BCP 47), each with a file in texts/; a new one is added here and in the table below. */
export const DISK_LANGUAGES = ['en'] as const
export type DiskLanguage = (typeof DISK_LANGUAGES)[number]

const TEXTS: Readonly<Record<DiskLanguage, DiskText>> = { en: readmeInEnglish }

export function readmeText(language: DiskLanguage, facts: DiskFacts): string {
  return TEXTS[language](facts)
}
