import anyAscii from 'any-ascii'

/**
 * A text in the basic Latin set that every bank takes (the ISO 20022 restriction of the payments market practice, SWIFT's set x): Latin
 * letters and digits, space and `/ - ? : ( ) . , ' +`. Other scripts are transliterated, other signs become the nearest one or a space;
 * slashes stand neither at an end nor twice. At most `most` characters; '' where nothing is left.
 */
export function inBasicLatin(text: string, most: number): string {
  return anyAscii(text.normalize('NFC'))
    .replace(/[&_"@;]/g, (sign) => NEAREST.get(sign)!)
    .replace(/[^A-Za-z0-9/\-?:().,'+ ]/g, ' ')
    .replace(/\/+/g, '/')
    .replace(/ +/g, ' ')
    .slice(0, most + 2)
    .replace(/^[/ ]+/, '')
    .slice(0, most)
    .replace(/[/ ]+$/, '')
}

const NEAREST: ReadonlyMap<string, string> = new Map([
  ['&', '+'],
  ['_', '-'],
  ['"', "'"],
  ['@', '(at)'],
  [';', ','],
])
