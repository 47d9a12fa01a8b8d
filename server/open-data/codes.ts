/** Codes of the standards in which the fund publishes what it does: countries by ISO 3166-1, regions by the OECD's DAC. */

/** Names of countries that are in use beside those of the Unicode CLDR. */
const ALSO: Record<string, string> = {
  'bolivia plurinational state of': 'BO',
  'brunei darussalam': 'BN',
  burma: 'MM',
  'cabo verde': 'CV',
  congo: 'CG',
  'cote d ivoire': 'CI',
  'czech republic': 'CZ',
  'democratic people s republic of korea': 'KP',
  'democratic republic of congo': 'CD',
  drc: 'CD',
  'ivory coast': 'CI',
  kosovo: 'XK',
  'kyrgyz republic': 'KG',
  'lao pdr': 'LA',
  'lao people s democratic republic': 'LA',
  micronesia: 'FM',
  myanmar: 'MM',
  palestine: 'PS',
  'state of palestine': 'PS',
  'republic of korea': 'KR',
  'russian federation': 'RU',
  swaziland: 'SZ',
  syria: 'SY',
  'syrian arab republic': 'SY',
  tanzania: 'TZ',
  'timor leste': 'TL',
  turkey: 'TR',
  turkiye: 'TR',
  'united republic of tanzania': 'TZ',
  venezuela: 'VE',
  'viet nam': 'VN',
}

/** Regions of codelist "Region" (OECD DAC), by the names under which missions and regional offices go. */
const REGIONS: Record<string, string> = {
  africa: '298',
  'north africa': '189',
  'south of sahara': '289',
  'sub saharan africa': '289',
  'east africa': '1027',
  'eastern africa': '1027',
  'horn of africa': '1027',
  'great lakes': '1027',
  'central africa': '1028',
  'middle africa': '1028',
  'southern africa': '1029',
  'west africa': '1030',
  'western africa': '1030',
  sahel: '1030',
  'west africa and the sahel': '1030',
  europe: '89',
  americas: '498',
  america: '498',
  'latin america': '498',
  'central america': '1032',
  caribbean: '1031',
  'south america': '489',
  asia: '798',
  'middle east': '589',
  'western asia': '589',
  'central asia': '619',
  'south asia': '679',
  'south and central asia': '689',
  'east asia': '789',
  'south east asia': '789',
  'far east asia': '789',
  'asia and the pacific': '798',
  oceania: '889',
  pacific: '889',
}

/** "Developing countries, unspecified": where nothing nearer is known. */
const NOWHERE = '998'

/** The ISO 3166-1 code of a country by its code or one of its English names; undefined where it is not known. */
export function countryCode(name: string): string | undefined {
  const plain = plainName(name)
  if (/^[A-Za-z]{2}$/.test(name.trim()) && countries().has(`code ${plain}`)) return plain.toUpperCase()
  const short = plain.replace(STYLE, '')
  return ALSO[plain] ?? countries().get(plain) ?? ALSO[short] ?? countries().get(short)
}

/** What states call themselves. */
const STYLE =
  /^((islamic|arab|federal|bolivarian|plurinational|socialist|democratic|people s|cooperative) )*(republic|kingdom|state|commonwealth) of /

/** The DAC code of a region by its name, "unspecified" where it is not known. */
export function regionCode(name: string): string {
  return REGIONS[plainName(name)] ?? NOWHERE
}

let known: Map<string, string> | undefined

function countries(): Map<string, string> {
  if (known) return known
  known = new Map()
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  for (const code of pairsOfLetters()) {
    const name = names.of(code)
    // A code of a state that is no more is read as that of its successor.
    if (name === undefined || NOT_ISO.includes(code) || new Intl.Locale(`und-${code}`).region !== code) continue
    known.set(plainName(name), code)
    known.set(`code ${code.toLowerCase()}`, code)
  }
  return known
}

/** What CLDR has a name for and ISO 3166-1 no code. */
const NOT_ISO = ['AC', 'CP', 'CQ', 'DG', 'EA', 'EU', 'EZ', 'IC', 'QO', 'TA', 'UN', 'XA', 'XB', 'XK', 'ZZ']

function pairsOfLetters(): string[] {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  return letters.flatMap((first) => letters.map((second) => first + second))
}

/** Small letters without accents, marks or the words that names of states are dressed in. */
function plainName(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replaceAll(/\(.*?\)/g, ' ')
    .replaceAll(/[^a-z ]+/g, ' ')
    .replaceAll(/\bthe\b/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
