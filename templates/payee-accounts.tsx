import type { PayeeTold } from '../server/payees/queries.ts'
import { Columns, Facts, Moment, Name, Said, Table } from './parts.tsx'
import { countryName } from './payee-form.tsx'
import type { Texts } from './texts/texts.ts'

export type Version = PayeeTold['accounts'][number]

/** What is told of a version, in the order of the form. */
function factsOf(of: Version, t: Texts): [string, string | null][] {
  const words = t.bankDetails
  const { address, contact } = of
  const country = (code: string | null) => (code ? countryName(code, t) : null)
  const clearing = of.clearingCode && [of.clearingSystem, of.clearingCode].filter(Boolean).join(' ')
  return [
    [words.account, of.scheme === 'iban' ? of.account.replaceAll(/(.{4})(?=.)/g, '$1 ') : of.account],
    [words.bankName, of.bankName],
    [words.bankCountry, country(of.bankCountry)],
    [words.bic, of.bic],
    [words.clearingCode, clearing || null],
    [words.currency, of.currency],
    [words.holder, of.holder],
    [words.street, [address.street, address.building].filter(Boolean).join(' ') || null],
    [words.town, [address.postCode, address.town].filter(Boolean).join(' ') || null],
    [words.addressCountry, country(address.country)],
    [words.contact, contact && `${contact.name} · ${contact.email} · ${words.languages[contact.language]}`],
  ]
}

/** A version as it is told whole. */
export function Details({ of, t }: { of: Version; t: Texts }) {
  return (
    <>
      {!of.structured && <p class="note">{t.bankDetails.freeText}</p>}
      <Facts of={factsOf(of, t).map(([name, value]) => [name, value && <Name>{value}</Name>] as const)} />
      {!of.contact && <p class="note">{t.bankDetails.noContact}</p>}
    </>
  )
}

/** Two versions side by side, with what differs. */
export function Compared({ was, is, t }: { was: Version; is: Version; t: Texts }) {
  const words = t.bankDetails
  const before = new Map(factsOf(was, t))
  return (
    <Table caption={words.compareCaption}>
      <Columns
        names={[
          words.field,
          words.now.replace('{n}', String(was.number)),
          words.then.replace('{n}', String(is.number)),
        ]}
      />
      <tbody>
        {factsOf(is, t).map(([name, value]) => {
          const old = before.get(name) ?? null
          const differs = old !== value
          return old === null && value === null ? null : (
            <tr>
              <th scope="row">{name}</th>
              <td class="wide">{old && <Name>{old}</Name>}</td>
              <td class="wide">{value && (differs ? <mark>{<Name>{value}</Name>}</mark> : <Name>{value}</Name>)}</td>
            </tr>
          )
        })}
      </tbody>
    </Table>
  )
}

/** Every version, with who answers for it and what became of it. */
export function Versions({ of, t }: { of: readonly Version[]; t: Texts }) {
  const words = t.bankDetails
  return (
    <Table caption={words.versions}>
      <Columns names={[words.number, words.account, words.state, words.who, words.checked]} />
      <tbody>
        {of.map((one) => (
          <tr>
            <th scope="row">{one.number}</th>
            <td class="wide">
              <bdi dir="ltr">{one.account}</bdi>
            </td>
            <td>
              {words.states[one.state]}
              {one.refused && (
                <p class="hint">
                  <Said text={words.refused} reason={<Name>{one.refused.reason}</Name>} />
                </p>
              )}
              {one.state === 'in_force' && one.usableFrom && String(one.usableFrom) !== String(one.verifiedAt) && (
                <p class="hint">
                  <Said text={words.cooling} at={<Moment at={one.usableFrom} t={t} />} />
                </p>
              )}
              {one.contactTold && <p class="hint">{words.told[one.contactTold]}</p>}
            </td>
            <td>
              <Name>{one.recordedBy.name}</Name>
              <br />
              <Moment at={one.recordedAt} t={t} />
            </td>
            <td>
              {(one.verifiedBy ?? one.refused?.by) && (
                <>
                  <Name>{(one.verifiedBy ?? one.refused!.by).name}</Name>
                  <br />
                  <Moment at={one.verifiedAt ?? one.refused!.at} t={t} />
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
