import { randomInt } from 'node:crypto'

/** Bank details of a Kenyan bank, which has no IBANs; of an account that no other has. */
export function bankDetails(more: { account?: object; contact?: object } = {}) {
  return {
    account: {
      scheme: 'account',
      account: `${randomInt(10 ** 12, 10 ** 13)}`,
      bic: 'KCBLKENX',
      bankName: 'Bank of the Lakes',
      bankCountry: 'KE',
      holder: 'Centre for Dialogue',
      address: { street: 'Moi Avenue', building: '7', town: 'Nairobi', country: 'KE' },
      ...more.account,
    },
    contact: { name: 'Wanjiru Kamau', email: 'office@dialogue.example', language: 'en', ...more.contact },
  }
}

/** A payee as a clerk registers it, with bank details of its own. */
export function newPayee(more: { name?: string; latinName?: string } & Record<string, unknown> = {}) {
  const { name = 'Centre for Dialogue' } = more
  // How a name in another script reads must be said.
  const latin = /^[ -~]+$/.test(name) ? {} : { latinName: 'Markaz al-Hiwar' }
  return { name, ...latin, kind: 'partner', country: 'Kenya', ...bankDetails(), ...more }
}
