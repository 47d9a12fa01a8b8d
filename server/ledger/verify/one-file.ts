import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format } from 'prettier'
import ts from 'typescript'

/**
 * Makes the one file with which an auditor verifies an export where there is nothing but Node: the verifier's own modules, the types taken
 * out, one below the other. `npm run verifier` writes it; the tests fail while it is stale.
 */
export async function verifierInOneFile(): Promise<string> {
  const builtIns = new Set<string>()
  const modules = MODULES.map((name) => {
    const source = readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
    })
    return outputText
      .replaceAll(/^import [^;]*? from '([^']+)';\n/gm, (line: string, from: string) => {
        if (from.startsWith('node:')) builtIns.add(line)
        return ''
      })
      .replaceAll(/^export (?=(async )?(function|const|class)\b)/gm, '')
      .replaceAll(/^export \{\};\n/gm, '')
  })
  const file = [HEADING, [...builtIns].sort().join(''), ...modules].join('\n')
  return format(file, { parser: 'babel', semi: false, singleQuote: true, printWidth: 120 })
}

const HEADING = `// Verifies an export of the ledger with nothing but Node 20 or later: node verify.mjs export.zip [--seal number:hash]
// It changes nothing, writes no file and asks no network. README.txt says what it checks, for those who write their own.
`

// Each after those that it leans on.
const MODULES = [
  ...['zip', 'csv', 'faults', 'manifest', 'seals', 'books', 'entries', 'acts', 'balances'].map(
    (name) => `verify/${name}.ts`,
  ),
  'verify.ts',
]

export const VERIFIER = new URL('./verify.mjs', import.meta.url)

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(VERIFIER, await verifierInOneFile())
