import { HoldfastError } from '../model/errors.ts'

export const CONFIG_ERROR_CODES = [
  'CONFIG_INVALID',
  'CONFIG_UNKNOWN_KEY',
  'TARGET_EXISTS',
  'TARGET_UNKNOWN',
  'ENGINE_EXISTS',
  'ENGINE_UNKNOWN',
] as const
export type ConfigErrorCode = (typeof CONFIG_ERROR_CODES)[number]

/** `holdfast.toml`, an option or a variable that cannot be used. `CONFIG_UNKNOWN_KEY` is a warning and never thrown. */
export class ConfigError extends HoldfastError<ConfigErrorCode> {
  override name = 'ConfigError' as const
}
