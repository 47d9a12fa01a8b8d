/** What may be attached, and nothing else: no database, no disk, no HTTP. */

/** A technical limit and no rule of a fund: a file is held whole while it is checked. */
export const MOST_BYTES = 10 * 1024 * 1024
export const MOST_PER_REQUEST = 200

const OFFICE = 'application/vnd.openxmlformats-officedocument'
export const MEDIA_TYPES = [
  'application/pdf',
  'image/png',
  'image/jpeg',
  'text/plain',
  `${OFFICE}.spreadsheetml.sheet`,
  `${OFFICE}.wordprocessingml.document`,
] as const
export type MediaType = (typeof MEDIA_TYPES)[number]

/**
 * What a file is, by what it holds and never by its name; undefined for what is not taken: programs, pages that a browser would run, archives,
 * and documents with macros.
 */
export function mediaTypeOf(bytes: Uint8Array): MediaType | undefined {
  const begins = (...signature: number[]) => signature.every((byte, i) => bytes[i] === byte)
  if (begins(0x25, 0x50, 0x44, 0x46, 0x2d)) return 'application/pdf'
  if (begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png'
  if (begins(0xff, 0xd8, 0xff)) return 'image/jpeg'
  if (begins(0x50, 0x4b, 0x03, 0x04)) return officeType(bytes)
  return isPlainText(bytes) ? 'text/plain' : undefined
}

/** The names of the parts stand in a zip as they are. */
function officeType(bytes: Uint8Array): MediaType | undefined {
  const text = new TextDecoder('latin1').decode(bytes)
  if (!text.includes('[Content_Types].xml') || text.includes('vbaProject.bin')) return undefined
  if (text.includes('xl/workbook.xml')) return `${OFFICE}.spreadsheetml.sheet`
  return text.includes('word/document.xml') ? `${OFFICE}.wordprocessingml.document` : undefined
}

/** Text in UTF-8 without control characters, which is no markup. A CSV is one. */
function isPlainText(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // eslint-disable-next-line no-control-regex -- control characters are what this refuses
    return text.trim() !== '' && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text) && !/^\s*</.test(text)
  } catch {
    return false
  }
}
