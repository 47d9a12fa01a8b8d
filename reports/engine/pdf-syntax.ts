const ESCAPES: Record<string, string> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
  '\\': '\\\\',
  '(': '\\(',
  ')': '\\)',
}

/**
 * A value as PDF writes it, one byte per character. The conventions are pdfkit's, so that both can write the same
 * object: a `string` is a name, a `String` is text, a plain object is a dictionary, a reference knows its own syntax.
 */
export function pdfSyntax(value: unknown): string {
  if (typeof value === 'string') return `/${value}`
  if (typeof value === 'number') return `${Math.round(value * 1e6) / 1e6}`
  if (value instanceof String) return pdfText(value.valueOf())
  if (value instanceof Uint8Array) return `<${Buffer.from(value).toString('hex')}>`
  if (value instanceof Date) return `(D:${value.toISOString().replace(/[-:T]|\.\d+/g, '')})`
  if (Array.isArray(value)) return `[${value.map((entry: unknown) => pdfSyntax(entry ?? null)).join(' ')}]`
  return isPlain(value) ? pdfDictionary(value) : String(value)
}

/** `12 0 R`. The tag keeps pdfkit, which would take a plain object for a dictionary, from looking inside. */
export function objectReference(id: number): object {
  return { [Symbol.toStringTag]: 'Reference', toString: () => `${id} 0 R` }
}

/** A text string: ASCII as it is, anything else in UTF-16 with its mark. */
export function pdfText(text: string): string {
  // The escapes of PDF are for bytes, so a byte of UTF-16 that happens to be a bracket is escaped as well.
  const bytes = isAscii(text) ? text : utf16Bytes(text)
  return `(${bytes.replace(/[\n\r\t\b\f()\\]/g, (byte) => ESCAPES[byte]!)})`
}

/** A length or position in points: hundredths are finer than any printer. */
export function points(value: number): number {
  const rounded = Math.round(value * 100) / 100
  return rounded === 0 ? 0 : rounded
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Symbol.toStringTag in value) return false
  return Object.getPrototypeOf(value) === Object.prototype
}

function pdfDictionary(entries: Record<string, unknown>): string {
  const written = Object.entries(entries)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const syntax = pdfSyntax(value)
      return `/${key}${/^[/(<[]/.test(syntax) ? '' : ' '}${syntax}`
    })
  return `<<${written.join('')}>>`
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

function utf16Bytes(text: string): string {
  let bytes = '\xfe\xff'
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    bytes += String.fromCharCode(unit >> 8, unit & 0xff)
  }
  return bytes
}
