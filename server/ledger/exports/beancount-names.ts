/** Beancount takes five roots, and parts that begin with a capital or a digit and have only letters, digits and hyphens. */
const ROOTS: Record<string, string> = {
  assets: 'Assets',
  liabilities: 'Liabilities',
  equity: 'Equity',
  income: 'Income',
  expense: 'Expenses',
  budget: 'Equity:Budget',
}

/**
 * An account's address as beancount's name of it, from which `addressOf` makes the address again: no two addresses share a name.
 * `assets:cash:main` is `Assets:Cash:Main`, `budget:available:NOR-1` is `Equity:Budget:Available:NOR-1`. The budget book is below Equity, for
 * there is no sixth root.
 */
export function beancountName(address: string): string {
  const [root, ...parts] = address.split(':')
  if (!ROOTS[root!]) throw new Error(`beancount has no root for ${address}`)
  const isTaken = root === 'equity' && parts[0] === 'budget'
  return [ROOTS[root!], ...parts.map((part, i) => partName(part, isTaken && i === 0))].join(':')
}

/** The address of an account that `beancountName` named. */
export function addressOf(name: string): string {
  const root = Object.keys(ROOTS)
    .reverse()
    .find((one) => name.startsWith(`${ROOTS[one]}:`))!
  const parts = name.slice(ROOTS[root]!.length + 1).split(':')
  return [root, ...parts.map(partBehind)].join(':')
}

// A part is as it is but for its first letter: a small one is made a capital. It was small where a small letter follows or nothing does.
// Whatever that would get wrong, and every character that beancount does not take, is told as -- and its two hexadecimal digits.
function partName(part: string, isTaken: boolean): string {
  const whole = part.replaceAll(/[._]|-(?![A-Za-z0-9])|(?<![A-Za-z0-9])-/g, escaped)
  if (whole.startsWith('--')) return `X${whole}`
  const [first, rest] = [whole[0]!, whole.slice(1)]
  const isSmall = /[a-z]/.test(first)
  const isMistaken = /[a-z]/i.test(first) && isSmall !== wasSmall(rest)
  if (isTaken || isMistaken || (/x/i.test(first) && rest.startsWith('--'))) return `X${escaped(first)}${rest}`
  return `${first.toUpperCase()}${rest}`
}

function partBehind(name: string): string {
  const [first, rest] = [name[0]!, name.slice(1)]
  if (/^X--/.test(name)) return unescaped(rest)
  return `${wasSmall(rest) ? first.toLowerCase() : first}${unescaped(rest)}`
}

function wasSmall(rest: string): boolean {
  return rest === '' || /[a-z]/.test(rest)
}

function escaped(character: string): string {
  return `--${character.charCodeAt(0).toString(16).toUpperCase()}`
}

function unescaped(text: string): string {
  return text.replaceAll(/--([0-9A-F]{2})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}
