/** The shortest password that a person may choose (NIST SP 800-63B asks for eight at least). */
export const SHORTEST_PASSWORD = 12

/** How much must be left of a password without what anybody would try first. */
const OWN_PART = 8
const FEWEST_SIGNS = 5
const TRIED_FIRST = [
  'password',
  'wasata',
  'mediation',
  'qwerty',
  'azerty',
  '1234567890',
  '12345678',
  '123456',
  'abcdef',
]

/**
 * Whether anybody who knows the person would try this password: the old one again, a few signs over and over, or little more than
 * the person's name and e-mail address and what everybody uses. Case, spaces and signs between letters make no difference.
 */
export function isObvious(chosen: string, { name, email, old }: { name: string; email: string; old: string }): boolean {
  if (plain(chosen) === plain(old)) return true
  if (new Set(plain(chosen)).size < FEWEST_SIGNS) return true
  const theirs = `${name} ${email}`.split(/[^\p{L}\p{N}]+/u).map(plain)
  // Whole before its parts, and long before short, so that nothing is left over of either.
  const known = [plain(name), plain(email), ...theirs, ...TRIED_FIRST].filter((word) => word.length >= 3)
  const rest = known
    .sort((a, b) => b.length - a.length)
    .reduce((left, word) => left.replaceAll(word, ''), plain(chosen))
  return rest.length < OWN_PART
}

/** Letters and digits alone, in one case and one form. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
}
