import * as v from 'valibot'
import { SINGLE } from '../../lbry-sdk-client/daemon/methods.ts'
import { PublishError } from '../errors.ts'
import { askWallet, jsonOf } from './proxy.ts'
import { ask, readToken, type Service, tokenRefused } from './service.ts'
import { below } from './service-url.ts'

const refusal = v.object({ success: v.literal(false) })
const person = v.object({ success: v.literal(true), data: v.object({ has_verified_email: v.boolean() }) })

/**
 * Says early and clearly what is wrong with a token. What the accounts service does not say is left to the wallet, which
 * is asked next and decides.
 *
 * @throws {PublishError} `TARGET_TOKEN_REFUSED`.
 */
export async function checkAccount(service: Service, signal: AbortSignal): Promise<void> {
  if (service.accounts === undefined || service.tokenKind !== 'auth-token') return
  const body = new URLSearchParams({ auth_token: await readToken(service) }).toString()
  const url = below(service.accounts, 'user/me').href
  const question = { method: 'POST', url, body, contentType: 'application/x-www-form-urlencoded' } as const
  try {
    const answer = await ask(service, question, { signal, sendsToken: false, repeats: false })
    const json = jsonOf(answer)
    if (answer.status === 403 && v.is(refusal, json)) throw tokenRefused('Odysee does not know the token')
    const parsed = v.safeParse(person, json)
    if (parsed.success && !parsed.output.data.has_verified_email)
      throw tokenRefused('the account of the token has no confirmed e-mail address')
  } catch (error) {
    // Accounts are another host than the one that publishes: it may be down alone.
    if (!(error instanceof PublishError) || error.code === 'TARGET_TOKEN_REFUSED') throw error
  }
}

/** What the wallet can spend, as decimal LBC. @throws {PublishError} */
export async function availableLbc(service: Service, signal: AbortSignal): Promise<string> {
  return (await askWallet(service, 'account_balance', SINGLE.account_balance, {}, signal)).available
}
