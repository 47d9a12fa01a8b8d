/** An element of an XML document; text is told as text. What has neither attributes nor content is left out by who writes it. */
export type Node = string

type Attributes = Readonly<Record<string, string | null | undefined>>

/** An element with what is in it, in that order; attributes without a value are left out. */
export function element(name: string, attributes: Attributes, ...content: readonly (Node | null)[]): Node {
  const said = Object.entries(attributes)
    .filter((one): one is [string, string] => one[1] !== null && one[1] !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(value)}"`)
    .join('')
  const inside = content.filter((one) => one !== null).join('')
  return inside === ''
    ? `<${name}${said}/>\n`
    : `<${name}${said}>${inside.startsWith('<') ? '\n' : ''}${inside}</${name}>\n`
}

/** Text of a person or of the fund. What XML 1.0 has no way to say is left out. */
export function text(value: string): Node {
  return escaped(value)
}

export const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

function escaped(value: string): string {
  return value
    .replaceAll(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
