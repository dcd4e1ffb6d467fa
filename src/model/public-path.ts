import { PUBLIC_ROLES, type PublicRole } from './bundle.ts'
import { isLanguageTag } from './language.ts'

/** What a neutral name says of a file (bundle-v1 2.1). */
export interface PublicPath {
  readonly role: PublicRole
  /** 1 for the first of its role and language. */
  readonly number: number
  readonly language?: string
  /** Without the dot. */
  readonly extension: string
}

const ROLE = new RegExp(`^(${PUBLIC_ROLES.join('|')})(?:-([2-9]|[1-9][0-9]{1,3}))?$`)

/** Roles whose files are told apart by language. */
export const SPOKEN_ROLES: readonly PublicRole[] = ['subtitles', 'automatic-captions']

/** Writes the neutral name; the inverse of {@link parsePublicPath}. */
export function formatPublicPath({ role, number, language, extension }: PublicPath): string {
  const kind = number === 1 ? role : `${role}-${number}`
  return language === undefined ? `${kind}.${extension}` : `${kind}.${language}.${extension}`
}

/** @returns undefined for anything that is not a neutral name. */
export function parsePublicPath(path: string): PublicPath | undefined {
  const parts = path.length > 100 ? [] : path.split('.')
  const [kind = '', second = '', third] = parts
  if (parts.length < 2 || parts.length > 3) return undefined
  const [, name, count] = ROLE.exec(kind) ?? []
  const role = PUBLIC_ROLES.find((known) => known === name)
  const language = third === undefined ? undefined : second
  const extension = third ?? second
  if (role === undefined || !/^[a-z0-9]{1,8}$/.test(extension)) return undefined
  if (language !== undefined && !(SPOKEN_ROLES.includes(role) && isLanguageTag(language))) return undefined
  return { role, number: Number(count ?? 1), extension, ...(language === undefined ? {} : { language }) }
}
