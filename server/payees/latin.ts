import anyAscii from 'any-ascii'

/** A name as it can be read in Latin letters: a suggestion, for no table knows how people write their own names. */
export function suggestLatin(name: string): string {
  return anyAscii(name)
    .replace(/[^ -~]+/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300)
}

/** Whether a name is in Latin letters anyway, so that nobody has to say how it reads in them. */
export function isLatin(name: string): boolean {
  return !/[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u.test(name)
}
