import type { Db } from '../db/connect.ts'
import { fundEndpoints } from './funds/routes.ts'
import type { Endpoint } from './http/endpoint.ts'
import type { SignIn } from './http/sign-in.ts'
import { payeeEndpoints } from './payees/routes.ts'
import { paymentEndpoints } from './payments/routes.ts'
import { peopleEndpoints } from './people/routes.ts'
import { requestEndpoints } from './requests/routes.ts'

/** Every address of the API, noun by noun. */
export function allEndpoints(db: Db, signIn: SignIn): Endpoint[] {
  return [
    ...peopleEndpoints(db, signIn),
    ...fundEndpoints(),
    ...payeeEndpoints(),
    ...requestEndpoints(),
    ...paymentEndpoints(),
  ]
}
