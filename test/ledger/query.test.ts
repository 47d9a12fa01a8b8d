import fc from 'fast-check'
import { newId } from '../../server/ids.ts'
import { credit, debit, type Entry } from '../../server/ledger/post.ts'
import { UnreadableQuery } from '../../server/ledger/query-complaints.ts'
import { FIELDS } from '../../server/ledger/query-fields.ts'
import { limited } from '../../server/ledger/limited.ts'
import { listEntries } from '../../server/ledger/entries.ts'
import { parseQuery, printQuery, type Node } from '../../server/ledger/query-text.ts'
import { sealEntries } from '../../server/ledger/seal.ts'
import { money } from '../../server/money.ts'
import { allSealable } from '../support/sealable.ts'
import { ownService, type Fund } from '../support/service.ts'
import { csvRows, postTo } from './books.ts'
import { holds, queriesOver, type EntryModel } from './query-model.ts'

const service = ownService()

describe('the text of a query', () => {
  const printed = (text: string) => printQuery(parseQuery(text, 'USD'))

  test.each([
    ['', ''],
    ['  kind:receipt  ', 'kind:receipt'],
    ['KIND:receipt and not(memo:"a b") OR refund', '(kind:receipt -(memo:"a b")) or memo:refund'],
    [
      'amount>=1000 currency:EUR person:"Tomasz" account:budget:available period:2026-01..2026-03 -memo:"refund"',
      'amount>=1000 currency:EUR person:Tomasz account:budget:available period:2026-01..2026-03 -memo:refund',
    ],
    ['kind:receipt,write_off، pledge', 'kind:receipt,write_off,pledge'],
    ['“two words” «عربي»', 'memo:"two words" memo:عربي'],
    ['period:٢٠٢٦-٠١', 'period:2026-01'],
    ['(account:assets) (account:income)', '(account:assets) (account:income)'],
    ['((account:assets))', 'account:assets'],
    ['contribution:none contribution:"none"', 'contribution:none contribution:"none"'],
    ['memo:"\\"quoted\\" \\\\ back"', 'memo:"\\"quoted\\" \\\\ back"'],
    ['--kind:receipt', '--kind:receipt'],
  ])('%s is read as %s', (text, expected) => {
    // Lists go on only where no space follows the comma.
    expect(printed(text.replace('، ', '،'))).toBe(expected)
    expect(printed(expected)).toBe(expected)
  })

  test.each<[string, string, number]>([
    ['kind:', 'query.valueMissing', 5],
    ['knd:receipt', 'query.field', 0],
    ['http://x', 'query.field', 0],
    ['kind:Receipt', 'query.value', 5],
    ['kind:receipt period:2026-13', 'query.value', 20],
    ['period:2026-02-30', 'query.value', 7],
    ['period:..', 'query.value', 7],
    ['recorded:2026-01-01T99:00:00Z', 'query.value', 9],
    ['kind>receipt', 'query.operator', 4],
    ['memo=x', 'query.operator', 4],
    ['amount>=1000', 'query.currencyMissing', 8],
    ['amount>=1000 currency:EUR,USD', 'query.currencyMissing', 8],
    ['amount>=1000 (currency:EUR)', 'query.currencyMissing', 8],
    ['amount>=10.005 currency:EUR', 'query.decimals', 8],
    ['amount>=10.5 currency:JPY', 'query.decimals', 8],
    ['functional>=10.005', 'query.decimals', 12],
    ['amount:1,000 currency:EUR', 'query.list', 7],
    ['amount>=99999999999999999999 currency:EUR', 'query.value', 8],
    ['memo:"open', 'query.unclosedQuote', 5],
    ['(kind:receipt', 'query.unclosedParenthesis', 0],
    ['kind:receipt)', 'query.noOpening', 12],
    ['()', 'query.unexpected', 1],
    ['kind:receipt or', 'query.unexpected', 15],
    ['or kind:receipt', 'query.unexpected', 0],
    ['kind:receipt and', 'query.unexpected', 16],
    ['not', 'query.unexpected', 3],
    ['memo:""', 'query.valueMissing', 7],
    ['account=assets:*', 'query.value', 8],
    ['entry:0', 'query.value', 6],
    ['seal:9999999999', 'query.value', 5],
    ['\u0000', 'query.character', 0],
    ['\ud800', 'query.character', 0],
    [`${'-'.repeat(11)}x`, 'query.tooDeep', 10],
    [`${'('.repeat(11)}x${')'.repeat(11)}`, 'query.tooDeep', 10],
    ['a '.repeat(61), 'query.tooManyTerms', 120],
    ['a'.repeat(2001), 'query.tooLong', 2000],
  ])('%s is refused: %s at %d', (text, code, at) => {
    expect(complaintOf(text)).toMatchObject({ code, at })
  })

  test('whatever is written is read or refused, and what is read is printed so that it reads the same', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...Object.keys(FIELDS),
        'and',
        'or',
        'not',
        '(',
        ')',
        '-',
        ':',
        '>=',
        '<',
        '=',
        '"',
        '«',
        '»',
        '\\',
        ',',
        '..',
        ' ',
        '*',
        'none',
        '2026-01',
        '1.50',
        'EUR',
        'مرحبا',
        '\n',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('')
        const complaint = complaintOf(text)
        if (complaint) {
          expect(complaint.at).toBeLessThanOrEqual(text.length)
        } else {
          const once = printed(text)
          expect(printed(once)).toBe(once)
        }
      }),
      { numRuns: 3_000 },
    )
  })
})

function complaintOf(text: string) {
  try {
    parseQuery(text, 'USD')
    return undefined
  } catch (error) {
    if (error instanceof UnreadableQuery) return error.complaint
    throw error
  }
}

describe('over a ledger', () => {
  let fund: Fund
  let model: EntryModel[]
  const addresses = [
    'assets:cash:main',
    'assets:cash:main-2',
    'assets:receivable:NOR-1',
    'assets:receivable:NOR-10',
    'expense:mission:travel:R-1',
    'expense:grants:R-2',
    'income:interest:all',
    'liabilities:payable:R-1',
  ]
  const memos = [
    'Refund of café costs',
    'REFUND',
    'مُحَمَّد إلى القاهرة',
    'محمد الي القاهره',
    'Łódź – Straße',
    '100% of it_',
    "x'; drop table entries; --",
    'Ζεύς ΟΔΟΣ',
    '外交 会谈',
    '',
  ]
  const named: Record<'donors' | 'payees' | 'processes', string[]> = {
    donors: ['Norway', 'Åland', 'دولة قطر'],
    payees: ['Centre for Dialogue', 'Café Bangui'],
    processes: ['Talks at Bangui', 'Back channel'],
  }
  const kinds = ['receipt', 'payment_certified', 'payment_settled', 'write_off'] as const

  beforeAll(async () => {
    fund = await service.fund()
    const { owner } = service.database()
    const ids = await words(fund.id)
    let random = 7
    const next = (most: number) => (random = (random * 48_271) % 2_147_483_647) % most
    const pick = <T>(of: readonly T[]) => of[next(of.length)]!
    const reversible: string[] = []
    const used = new Set<string>()
    const paymentSource = (kind: string, i: number) => {
      const payment = pick(ids.payments)
      const first = !used.has(kind + payment)
      used.add(kind + payment)
      return first ? payment : `${payment}#${i}`
    }
    for (let i = 0; i < 60; i += 1) {
      const kind = pick(kinds)
      const transfer = (budget: boolean) => {
        const currency = budget ? 'USD' : pick(['USD', 'EUR'])
        const amount = money(`${next(120)}.${10 + next(90)}`, currency)
        const functional = currency === 'USD' ? amount : money(`${1 + next(200)}.00`, 'USD')
        const of = (address: string) => {
          const contribution = /NOR-10?$/.exec(address)?.[0]
          const request = /(?<=:)R-\d$/.exec(address)?.[0]
          return {
            address,
            currency,
            ...(contribution ? { contributionId: ids.contributions[contribution]! } : {}),
            ...(request ? { requestId: ids.requests[request]! } : {}),
          }
        }
        const [from, to] = budget
          ? ['budget:authority:NOR-1', 'budget:available:NOR-1']
          : [pick(addresses), pick(addresses)]
        return [debit(of(to), amount, functional), credit(of(from), amount, functional)]
      }
      const reverses = next(6) === 0 && reversible.length > 0 ? reversible.pop() : undefined
      const entry: Entry = {
        kind,
        source: kind.startsWith('payment') ? paymentSource(kind, i) : newId('receipt'),
        occurredOn: pick(['2024-01-01', '2024-01-31', '2024-02-29', '2024-03-05', '2025-12-31', '2023-12-31']),
        memo: pick(memos),
        ...(reverses ? { reverses } : {}),
        postings: [...(next(3) === 0 ? transfer(true) : []), ...transfer(false), ...(next(2) ? transfer(false) : [])],
      }
      const [posted] = await postTo(
        service,
        fund.id,
        [entry],
        next(3) === 0 ? null : fund.cast[pick(['treasurer', 'controller', 'auditor'])]!.id,
      )
      if (posted!.isNew && !reverses) reversible.push(posted!.id)
      if (i === 20 || i === 40) {
        await allSealable(owner, fund.id)
        await service.database().service.transaction((trx) => sealEntries(trx, fund.id))
      }
    }
    model = await readModel(fund.id)
    expect(model.filter((one) => one.reversed).length).toBeGreaterThan(2)
    expect(model.filter((one) => one.seal === null).length).toBeGreaterThan(5)
  })

  const asker = () => ({ id: fund.id, currency: 'USD', viewer: fund.cast.auditor!.id })
  const found = async (node: Node) =>
    (await listEntries(service.database().service, asker(), { query: node, limit: 500 }))
      .map(({ id }) => BigInt(id))
      .sort()

  test('the SQL finds exactly what the plain reading of the same query finds', async () => {
    const pool = {
      kinds: [...kinds, 'pledge'],
      memos: memos.filter((one) => one !== ''),
      people: ['treasurer', 'controller', 'AUDITOR', 'nobody'],
      addresses: [...addresses, 'budget:available:NOR-1', 'budget:authority:NOR-1'],
      contributions: ['NOR-1', 'NOR-10', 'none', 'X'],
      requests: ['R-1', 'R-2', 'X'],
      ...named,
      ids: model.map(({ id }) => id).filter((_id, i) => i % 10 === 0),
    }
    await fc.assert(
      fc.asyncProperty(queriesOver(pool), async (query) => {
        const node = parseQuery(printQuery(query), 'USD')
        const expected = model.filter((one) => holds(node, one)).map(({ id }) => id)
        expect(await found(node)).toEqual(expected.sort())
        expect(model.filter((one) => holds(query, one))).toHaveLength(expected.length)
      }),
      { numRuns: 300 },
    )
  }, 180_000)

  test.each([
    ['refund', 'memo:refund'],
    ['café', 'CAFE'],
    ['محمد إلى', 'مُحَمَّد الي'],
    ['القاهرة', 'القاهره'],
    ['łódź', 'LODZ'],
    ['straße', 'STRASSE'],
    ['οδος', 'ΟΔΟΣ'],
  ])('"%s" and "%s" find the same, whatever the case, the accents and the signs', async (one, other) => {
    const ids = await found(parseQuery(`memo:"${one.replace('memo:', '')}"`, 'USD'))
    expect(ids.length).toBeGreaterThan(0)
    expect(await found(parseQuery(`memo:"${other.replace('memo:', '')}"`, 'USD'))).toEqual(ids)
  })

  test.each([
    `memo:"'; drop table entries; --"`,
    `memo:"') or true --"`,
    'person:"\' union select 1 --"',
    `source:x'||pg_sleep(9)||'`,
    `account:assets*`,
    'memo:":fundId"',
    'memo:"?"',
    'memo:"$1"',
    'memo:"%"',
    'contribution:"\\\\"',
  ])('%s is looked for and never run', async (text) => {
    const node = parseQuery(text, 'USD')
    expect(await found(node)).toEqual(
      model
        .filter((one) => holds(node, one))
        .map(({ id }) => id)
        .sort(),
    )
  })

  test('a query is asked over the API, alone or with the fixed filters, in pages, as a file, and is told as it was read', async () => {
    const at = (query: string) => fund.cast.auditor!.get(`/funds/${fund.id}/ledger/entries?${query}`)
    const q = encodeURIComponent('KIND:receipt or is:reversed')
    const expected = model.filter((one) => one.kind === 'receipt' || one.reversed).length
    const first = await at(`q=${q}&limit=5`).expect(200)
    expect(first.body.query).toBe('kind:receipt or is:reversed')
    const ids: string[] = first.body.items.map((one: { id: string }) => one.id)
    for (let { next } = first.body; next;) {
      const { body } = await at(`q=${q}&limit=5&after=${next}`).expect(200)
      ids.push(...body.items.map((one: { id: string }) => one.id))
      next = body.next
    }
    expect(new Set(ids).size).toBe(expected)
    expect(ids).toHaveLength(expected)
    const file = await at(`q=${q}&format=csv`).expect(200)
    expect(new Set(csvRows(file.text).map(([id]) => id))).toEqual(new Set(ids))
    const both = await at(`q=${q}&kind=write_off`).expect(200)
    expect(both.body.query).toBe('(kind:receipt or is:reversed) kind:write_off')
    const sealed = await at(`q=${q}&position=1&limit=500`).expect(200)
    expect(sealed.body.items.length).toBeLessThan(expected)
    // What was reversed later is not yet reversed at that position.
    const then = model.filter((one) => one.seal === 1)
    expect(sealed.body.items.length).toBeGreaterThanOrEqual(then.filter((one) => one.kind === 'receipt').length)
  })

  test('a bad query is refused with what is wrong, where, and what would be right, in the reader’s language', async () => {
    const ask = (q: string, language: string) =>
      fund.cast
        .auditor!.get(`/funds/${fund.id}/ledger/entries?q=${encodeURIComponent(q)}`)
        .set('accept-language', language)
    const english = await ask('😀 knd:receipt', 'en').expect(400)
    expect(english.body).toMatchObject({ code: 'invalid_request' })
    expect(english.body.errors).toEqual([
      {
        field: 'q',
        code: 'query.field',
        at: 3,
        length: 3,
        message:
          'Character 3: "knd" is no field. Did you mean kind? To look for these words in memos, put them in quotation marks.',
      },
    ])
    const arabic = await ask('kind:', 'ar').expect(400)
    expect(arabic.body.errors[0].message).toBe('الحرف 6: قيمة ناقصة بعد kind، كما في kind:receipt.')
    await ask('a'.repeat(5000), 'en').expect(400)
  })

  test('a question that takes too long is stopped', async () => {
    const { service: db } = service.database()
    await expect(limited(db, 50, (trx) => trx.raw('select pg_sleep(20)'))).rejects.toMatchObject({
      code: 'query_too_slow',
    })
  })

  test('who may not see confidential processes does not find them by name', async () => {
    const ask = (who: string) =>
      fund.cast[who]!.get(
        `/funds/${fund.id}/ledger/entries?q=${encodeURIComponent('process:"back channel"')}&limit=500`,
      )
    const seen = (await ask('auditor').expect(200)).body.items.length
    expect(seen).toBe(model.filter((one) => one.postings.some(({ process }) => process === 'Back channel')).length)
    expect(seen).toBeGreaterThan(0)
    expect((await ask('treasurer').expect(200)).body.items).toEqual([])
  })

  /** Donors, contributions, requests … by their codes. Their own rules are no matter here, so they are written past them. */
  async function words(fundId: string) {
    const { owner } = service.database()
    const trx = await owner.transaction()
    await trx.raw(`set local session_replication_role = replica`)
    const insert = async (table: string, rows: Record<string, unknown>[]) => void (await trx(table).insert(rows))
    const act_id = newId('act')
    const id = Object.fromEntries(
      Object.values(named)
        .flat()
        .map((name) => [
          name,
          newId(named.donors.includes(name) ? 'donor' : named.payees.includes(name) ? 'payee' : 'process'),
        ]),
    )
    await insert(
      'donors',
      named.donors.map((name) => ({ id: id[name], fund_id: fundId, name, kind: 'x' })),
    )
    await insert(
      'payees',
      named.payees.map((name) => ({
        id: id[name],
        fund_id: fundId,
        name,
        kind: 'partner',
        country: 'x',
        recorded_by: fund.cast.auditor!.id,
        act_id,
      })),
    )
    await insert(
      'processes',
      named.processes.slice(1).map((name) => ({
        id: id[name],
        fund_id: fundId,
        name,
        country: 'x',
        region: 'x',
        phase: 'implementation',
        confidentiality: 'confidential',
      })),
    )
    id['Talks at Bangui'] = fund.process
    const contributions: Record<string, string> = { 'NOR-1': newId('contribution'), 'NOR-10': newId('contribution') }
    await insert(
      'contributions',
      Object.entries(contributions).map(([code, one], i) => ({
        id: one,
        fund_id: fundId,
        code,
        donor_id: id[named.donors[i]!],
        fiscal_year: 2024,
        earmark: '{}',
        pledged_on: '2024-01-01',
        pledged_amount: 1,
        pledged_currency: 'USD',
        pledged_functional: 1,
        act_id,
      })),
    )
    const requests: Record<string, string> = { 'R-1': newId('request'), 'R-2': newId('request') }
    await insert(
      'requests',
      Object.entries(requests).map(([code, one], i) => ({
        id: one,
        fund_id: fundId,
        code,
        entity_id: fund.entity,
        process_id: id[named.processes[i]!],
        payee_id: id[named.payees[i]!],
        title: 'x',
        created_by: fund.cast.auditor!.id,
      })),
    )
    const accounts = named.payees.map(() => newId('payeeAccount'))
    await insert(
      'payee_accounts',
      named.payees.map((name, i) => ({
        ...{ id: accounts[i], fund_id: fundId, payee_id: id[name], number: 1, structured: false, scheme: 'account' },
        ...{ account: name, recorded_by: fund.cast.auditor!.id, recorded_at: new Date(), act_id },
      })),
    )
    const payments = [newId('payment'), newId('payment'), newId('payment')]
    await insert(
      'payments',
      payments.map((one, i) => ({
        id: one,
        fund_id: fundId,
        code: one,
        request_id: Object.values(requests)[i % 2],
        payee_id: id[named.payees[i % 2]!],
        payee_account_id: accounts[i % 2],
        bank_account_id: fund.bank,
        category: i === 2 ? 'venue' : 'travel',
        amount: 1,
        instructed: 1,
        certified_by: fund.cast.auditor!.id,
        act_id,
      })),
    )
    await trx.commit()
    return { contributions, requests, payments }
  }

  async function readModel(fundId: string): Promise<EntryModel[]> {
    const { owner } = service.database()
    const [entries, postings, contributions, requests, payments, payees, processes, people, donors] = await Promise.all(
      [
        owner('entries')
          .where('entries.fund_id', fundId)
          .join('acts', 'acts.id', 'act_id')
          .leftJoin('sealed_entries', 'entry_id', 'entries.id')
          .select('entries.*', 'acts.person_id', 'sealed_entries.seal'),
        owner('postings')
          .join('accounts', 'accounts.id', 'account_id')
          .where({ 'accounts.fund_id': fundId })
          .select('postings.*', 'address', 'currency', 'contribution_id', 'request_id'),
        ...['contributions', 'requests', 'payments', 'payees', 'processes', 'people', 'donors'].map((table) =>
          owner(table).select('*'),
        ),
      ],
    )
    const by = (rows: { id: string }[] | undefined, id: string | null) =>
      rows!.find((one) => one.id === id) as Record<string, string> | undefined
    return entries.map((entry: Record<string, never>) => {
      const payment = by(payments, String(entry.source).split('#')[0]!)
      return {
        id: BigInt(entry.id!),
        kind: entry.kind!,
        source: entry.source!,
        occurredOn: entry.occurred_on!,
        recordedAt: (entry.recorded_at as unknown as Date).toISOString(),
        memo: entry.memo!,
        person: by(people, entry.person_id!)?.name ?? null,
        reversed: entries.some((one: Record<string, string>) => one.reverses === entry.id),
        reverses: entry.reverses !== null,
        seal: entry.seal!,
        postings: postings
          .filter((one: Record<string, string>) => one.entry_id === entry.id)
          .map((one: Record<string, string>) => {
            const contribution = by(contributions, one.contribution_id!)
            const request = by(requests, one.request_id ?? payment?.request_id ?? null)
            const address = one.address!
            return {
              address,
              currency: one.currency!,
              amount: BigInt(one.amount!),
              functional: BigInt(one.functional!),
              contribution: one.contribution_id ?? null,
              contributionCode: contribution?.code ?? null,
              donor: by(donors, contribution?.donor_id ?? null)?.name ?? null,
              requestCode: request?.code ?? null,
              payee: by(payees, request?.payee_id ?? null)?.name ?? null,
              process: by(processes, request?.process_id ?? null)?.name ?? null,
              category:
                payment?.category ??
                (address.startsWith('expense:mission:')
                  ? address.split(':')[2]!
                  : /^(expense:grants|assets:advances):/.test(address)
                    ? 'grants'
                    : null),
            }
          }),
      }
    })
  }
})
