import { signIn, type Client } from './client.ts'

/** The fund of the demonstration with its people, entities, processes and payees. */
export type World = {
  fundId: string
  bankId: string
  entities: { id: string; requester: Client }[]
  processes: { id: string; region: string; phase: string }[]
  payees: { id: string; kind: string }[]
  people: Record<string, Client>
}

const ROLES: [name: string, role: string][] = [
  ['Amina Okello', 'certifying_officer'],
  ['Jonas Berg', 'certifying_officer'],
  ['Lucía Ortega', 'fund_manager'],
  ['Ravi Menon', 'fund_manager'],
  ['Claire Dubois', 'fund_manager'],
  ['Hiroshi Tanaka', 'director'],
  ['Ngozi Eze', 'head_of_department'],
  ['Pavel Novák', 'treasurer'],
  ['ليلى حداد', 'bank_signatory'],
  ['Tomás Silva', 'bank_signatory'],
  ['Mei Lin', 'reconciler'],
  ['Sara Haddad', 'payee_clerk'],
  ['Omar Farouk', 'payee_clerk'],
  ['Ingrid Solheim', 'controller'],
  ['Daniel Mensah', 'auditor'],
  ['Leila Mansour', 'compliance_officer'],
]

const ENTITIES: [name: string, kind: string, region: string][] = [
  ['Regional Office for Central Africa', 'regional_office', 'Central Africa'],
  ['Regional Office for West Africa', 'regional_office', 'West Africa'],
  ['Regional Centre for Central Asia', 'regional_office', 'Central Asia'],
  ['Office of the Special Envoy for Yemen', 'envoy_office', 'Middle East'],
  ['Regional Mediation Organisation', 'regional_organisation', 'East Africa'],
]

const PROCESSES: [name: string, country: string, region: string, phase: string, confidentiality: string][] = [
  ['Talks at Bangui', 'Central African Republic', 'Central Africa', 'after_violence', 'open'],
  ['Lake dialogue', 'Chad', 'Central Africa', 'before_escalation', 'open'],
  ['Border commission', 'Mali', 'West Africa', 'implementation', 'open'],
  ['Quiet talks one', 'Niger', 'West Africa', 'before_escalation', 'confidential'],
  ['Quiet talks two', 'Guinea', 'West Africa', 'before_escalation', 'confidential'],
  ['Quiet talks three', 'Togo', 'West Africa', 'before_escalation', 'strictly_confidential'],
  ['Valley accord', 'Kyrgyzstan', 'Central Asia', 'implementation', 'open'],
  ['Port ceasefire', 'Yemen', 'Middle East', 'after_violence', 'open'],
  ['Constitution round table', 'South Sudan', 'East Africa', 'implementation', 'open'],
]

/** Opens a fund of its own through the API, registers its people and signs each of them in. */
export async function openWorld(administrator: Client): Promise<World> {
  const stamp = Date.now().toString(36).toUpperCase()
  const add = async (path: string, body: object) =>
    (await administrator.must('POST', path, body)).body as { id: string; password: string; email: string }
  const fund = await add('/funds', {
    code: `DEMO-${stamp}`,
    name: 'Rapid Response Fund for Mediation',
    nameArabic: 'صندوق الاستجابة السريعة للوساطة',
    currency: 'USD',
  })
  const bank = await add(`/funds/${fund.id}/bank-accounts`, { code: 'main', name: 'Main account', currency: 'USD' })
  const processes = []
  for (const [name, country, region, phase, confidentiality] of PROCESSES) {
    const { id } = await add(`/funds/${fund.id}/processes`, { name, country, region, phase, confidentiality })
    processes.push({ id, region, phase, confidentiality })
  }
  const join = async (name: string, grant: object): Promise<Client> => {
    const email = `${Math.random().toString(36).slice(2)}.${stamp}@demo.example`.toLowerCase()
    const person = await add('/people', { name, email })
    await add(`/funds/${fund.id}/roles`, { personId: person.id, ...grant })
    return signIn(person.email, person.password)
  }
  const people: Record<string, Client> = {}
  for (const [name, role] of ROLES)
    people[role in people ? `${role}${Object.keys(people).filter((one) => one.startsWith(role)).length + 1}` : role] =
      await join(name, { role })
  const list =
    'id,kind,name,aliases,original_script,born,nationality,listed_on,comments\n1,person,Qwyrzen Ullbrokk,,,,,,\n'
  await people.compliance_officer!.must(
    'POST',
    `/funds/${fund.id}/sanctions-versions?list=invented&format=csv&fileName=invented.csv`,
    Buffer.from(list),
    { 'content-type': 'application/octet-stream' },
  )
  const entities = []
  for (const [name, kind, region] of ENTITIES) {
    const { id } = await add(`/funds/${fund.id}/entities`, { name, kind, region })
    for (const process of processes.filter(({ confidentiality }) => confidentiality !== 'open'))
      await add(`/processes/${process.id}/entities`, { entityId: id })
    entities.push({ id, requester: await join(`Requester of ${name}`, { role: 'requester', entityId: id }) })
  }
  const payees = await registerPayees(fund.id, people)
  return { fundId: fund.id, bankId: bank.id, entities, processes, payees, people }
}

async function registerPayees(fundId: string, people: Record<string, Client>) {
  const names: [string, string, string][] = [
    ['Centre for Dialogue', 'partner', 'Kenya'],
    ['مركز الحوار', 'partner', 'Yemen'],
    ['Institut de la paix', 'partner', 'Mali'],
    ['Dr Elena Petrova', 'person', 'Bulgaria'],
    ['Sky Charter Ltd', 'supplier', 'Ethiopia'],
  ]
  const payees = []
  for (const [name, kind, country] of names) {
    const { body } = await people.payee_clerk!.must('POST', `/funds/${fundId}/payees`, {
      name,
      kind,
      country,
      ...(name === 'مركز الحوار' ? { latinName: 'Markaz al-Hiwar' } : {}),
      account: {
        ...{
          scheme: 'account',
          account: `000123${payees.length}`,
          bic: 'KCBLKENX',
          bankName: 'Bank of the Lakes',
          bankCountry: 'KE',
        },
        ...{ holder: 'The holder', address: { town: 'Nairobi', country: 'KE' } },
      },
      contact: { name: 'Their office', email: 'office@payee.example', language: 'en' },
    })
    await people.payee_clerk2!.must('POST', `/payees/${body.id}/verifications`)
    payees.push({ id: body.id as string, kind })
  }
  return payees
}
