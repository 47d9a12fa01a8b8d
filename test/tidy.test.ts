import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { REFUSALS } from '../server/errors.ts'

/** Checks properties of the code itself: who may import whom, and what may not be written at all. */

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const FILES = ['server', 'db', 'templates', 'reports', 'test'].flatMap(sourcesUnder)

// May import: the first line whose pattern matches the importing file is the one that applies.
const MAY_IMPORT: [from: RegExp, to: RegExp][] = [
  [/^test\//, /./],
  [/^db\//, /^(db\/|knexfile|knex$|pg$|graphile-worker$|node:)/],
  [/^server\/money$/, /^decimal\.js$/],
  [/^server\/ids$/, /^uuid$/],
  [/^server\/(errors|days)$/, /^$/],
  [/^server\/[a-z-]+\/policy$/, /^server\/(errors|money|days|(funding|requests|clock)\/policy)$/],
  [/^server\/payees\/(bank-details|latin)$/, /^(ibantools|any-ascii)$/],
  [/^server\/payment-files\/latin$/, /^any-ascii$/],
  [/^server\/ledger\/verify\/one-file$/, /^(typescript|prettier|node:)/],
  [/^server\/ledger\/verify(\/|$)/, /^(server\/ledger\/verify\/|node:)/],
  [
    /^server\/ledger\/(exports\/)?routes$/,
    /^(server\/(ledger\/|http\/|people\/actor|funds\/open|errors|money)|db\/connect$)/,
  ],
  [
    /^server\/ledger\//,
    /^(server\/(ledger\/|errors|every|money|days|ids|people\/actor|http\/pages|http\/csv)|db\/connect$|pg|csv-stringify|pino$|node:)/,
  ],
  [/^server\/[a-z-]+$/, /./],
  [
    /^server\/http\//,
    /^(server\/(http\/|clock|errors|ids|money|acts\/record|people\/(actor|passwords|queries)$)|db\/|express|joi|passport|rate-limiter|connect-pg|helmet|pino|pg$|csv-stringify|node:)/,
  ],
  [/^server\/[a-z-]+\/(routes|pages)$/, /^(server\/|templates\/|reports\/|db\/connect$|express|joi|node:)/],
  [/^server\/console\//, /^(server\/|templates\/|db\/connect$|express|joi|node:)/],
  [/^server\/[a-z-]+\/(command|reset-password)$/, /./],
  [/^server\/jobs\//, /^(server\/(?!http\/|app$|console\/|[a-z-]+\/routes$)|db\/|graphile-worker$|pg$|pino$)/],
  [/^server\/notifications\/post$/, /^(server\/notifications\/policy$|nodemailer$)/],
  [/^server\/notifications\/deliver$/, /^(server\/(notifications\/|funds\/open$)|templates\/mail$|db\/connect$|pino$)/],
  [
    /^server\//,
    /^(server\/(?!http\/(?!(pages|csv)$)|app$|[a-z-]+\/(routes|pages)$)|db\/connect$|@node-rs\/argon2|csv-|pg-query-stream|pino$|node:(crypto|stream|fs|util))/,
  ],
  [
    /^templates\//,
    /^(templates\/|server\/(money|errors)$|server\/[a-z-]+\/(policy|queries|read|figures|waiting|load|actor|catalogue)$|preact|@formatjs|node:)/,
  ],
  [
    /^reports\//,
    /^(reports\/|server\/money$|server\/donor-reports\/figures$|pdfkit|fontkit|harfbuzzjs|bidi-js|linebreak|d3-|@formatjs|node:)/,
  ],
]

// Never write: each with what to write instead.
const BANNED: [pattern: RegExp, instead: string, except?: RegExp][] = [
  [
    /\bparseFloat\(|(?<![.\w])Number\(|\.toNumber\(|\bas any\b/,
    'money() and typed rows',
    /^(test\/|reports\/|server\/ids$|db\/)/,
  ],
  [/\.toFixed\(|\bMath\.round\(/, 'amountText()', /^(server\/money$|test\/|reports\/engine)/],
  [
    /\bconsole\.log\(|FIXME|TO\DO\b|\b(test|describe)\.(only|skip)\(/,
    'nothing: remove it before merging',
    /^test\/(tidy|demo|bench)/,
  ],
  [
    /trx\('(entries|postings|balances)'\)\s*\.(insert|update|del)|insert into (entries|postings|balances)/,
    'postEntry()',
    /^(db\/|test\/)/,
  ],
  [/\?\?\s*(db|knex)\b|\btrx\?:/, 'a required trx', /^test\/tidy/],
  [/export default/, 'a named export', /^(db\/connect|test\/.*)$/],
]

const LINES_PER_FILE = 300
const LINES_PER_FUNCTION = 75

test.each(FILES)('%s is tidy', (file) => {
  const source = parse(file)
  const text = source.text
  const complaints: string[] = []

  const allowed = MAY_IMPORT.find(([from]) => from.test(file))?.[1] ?? /./
  for (const to of importsOf(file, source)) if (!allowed.test(to)) complaints.push(`may not import ${to}`)

  for (const [pattern, instead, except] of BANNED) {
    const found = except?.test(file) ? null : pattern.exec(text)
    if (found)
      complaints.push(`line ${text.slice(0, found.index).split('\n').length}: "${found[0]}" is banned; use ${instead}`)
  }

  const lineOf = (pos: number) => source.getLineAndCharacterOfPosition(pos).line + 1
  const texts = /\/texts\/|^server\/(errors|notifications\/catalogue)$|^test\//.test(file)
  // Every way to say no is one list, which grows with the service.
  const most = file === 'server/errors' ? 1200 : LINES_PER_FILE + (texts ? 600 : 1)
  if (lineOf(source.end) > most) complaints.push(`longer than ${LINES_PER_FILE} lines`)
  const visit = (node: ts.Node): void => {
    const long = ts.isFunctionLike(node) && lineOf(node.end) - lineOf(node.getStart()) >= LINES_PER_FUNCTION
    // A list of endpoints is data; a test is a story.
    if (long && !/\/routes$|^test\/|Endpoints/.test(file))
      complaints.push(`line ${lineOf(node.getStart())}: function longer than ${LINES_PER_FUNCTION} lines`)
    ts.forEachChild(node, visit)
  }
  visit(source)

  expect(complaints).toEqual([])
})

test('no file imports itself, however far round', () => {
  const graph = new Map(
    FILES.map((file) => [file, importsOf(file, parse(file), 'values').filter((to) => FILES.includes(to))]),
  )
  const cycles: string[] = []
  const done = new Set<string>()
  const walk = (file: string, path: string[]): void => {
    if (path.includes(file)) return void cycles.push([...path.slice(path.indexOf(file)), file].join(' > '))
    if (done.has(file)) return
    for (const to of graph.get(file) ?? []) walk(to, [...path, file])
    done.add(file)
  }
  FILES.forEach((file) => walk(file, []))
  expect(cycles).toEqual([])
})

test('README.md lists exactly the refusals the code can give', () => {
  const section = readFileSync(join(ROOT, 'README.md'), 'utf8').split('## Refusals')[1]!.split('\n## ')[0]!
  expect([...section.matchAll(/`([a-z_]+)`/g)].map((m) => m[1]).sort()).toEqual(Object.keys(REFUSALS).sort())
})

test('every refusal is provoked by some test', () => {
  const tests = FILES.filter((f) => /^test\/.*\.test$/.test(f) && f !== 'test/tidy.test')
    .map((f) => readFileSync(pathOf(f), 'utf8'))
    .join('\n')
  expect(Object.keys(REFUSALS).filter((code) => !tests.includes(`'${code}'`))).toEqual([])
})

test('the top level holds what it should, and nothing else', () => {
  const named = [
    'LICENSE',
    'README.md',
    'db',
    'knexfile.ts',
    'node_modules',
    'package-lock.json',
    'package.json',
    'reports',
    'server',
    'templates',
    'test',
    'tsconfig.json',
  ]
  expect(
    readdirSync(ROOT).filter((name) => !name.startsWith('.') && name !== 'output' && !named.includes(name)),
  ).toEqual([])
})

function sourcesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.d)\.tsx?$/.test(name))
    .map((name) => join(folder, name.replace(/\.tsx?$/, '')))
}

function pathOf(file: string): string {
  const path = join(ROOT, `${file}.ts`)
  return existsSync(path) ? path : `${path}x`
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(pathOf(file), readFileSync(pathOf(file), 'utf8'), ts.ScriptTarget.ES2022, true)
}

function importsOf(file: string, source: ts.SourceFile, which: 'all' | 'values' = 'all'): string[] {
  return source.statements
    .filter(
      (s): s is ts.ImportDeclaration | ts.ExportDeclaration => ts.isImportDeclaration(s) || ts.isExportDeclaration(s),
    )
    .filter(
      (s) =>
        which === 'all' || !(ts.isImportDeclaration(s) && s.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword),
    )
    .flatMap((s) => (s.moduleSpecifier && ts.isStringLiteral(s.moduleSpecifier) ? [s.moduleSpecifier.text] : []))
    .map((to) =>
      to.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), to)).replace(/\.(ts|tsx)$/, '') : to,
    )
}
