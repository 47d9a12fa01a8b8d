/**
 * Words of names that tell nobody apart, written as `readName` writes a part: small Latin letters, without marks. From the usage of
 * the languages in which payees and listed names are mostly written.
 */

/** Articles and words of descent, left out of a comparison. */
export const PARTICLES = new Set(
  `al el ul ol ad ed ud ar er ur as es us ash esh ush at ut az ez uz an en un ath adh il as-
   bin ibn ben bint binti binte ould wuld walad wa and und et y
   de del della di da do dos das du la le les los las van von der den ter ten zu zum af av`
    .split(/\s+/)
    .filter(Boolean),
)

/** The same in Arabic letters, without vowel signs. */
export const ARABIC_PARTICLES = new Set(['ال', 'بن', 'ابن', 'بنت', 'ولد', 'بني', 'و'])

/** Forms of address and ranks, left out too. */
export const TITLES = new Set(
  `mr mrs ms miss dr prof professor sir madam mme mlle herr frau eng engineer
   sheikh shaykh sheik shaikh cheikh haji hajji hadji hajj hadj mullah mulla mawlawi maulavi molvi maulana ustad ustadh ustaz
   colonel col general gen major maj captain capt lieutenant lt brigadier sergeant`
    .split(/\s+/)
    .filter(Boolean),
)

/** What an organisation is in law, left out. */
export const LEGAL_FORMS = new Set(
  `ltd limited llc llp lp inc incorporated corp corporation co company plc gmbh ag kg sa sarl sas srl spa bv nv oy ab as aps
   ooo oao zao pao pte pty fze fzco fzc fzllc wll est jsc ojsc cjsc pjsc bhd sdn kk ngo ev asbl`
    .split(/\s+/)
    .filter(Boolean),
)

/** What many organisations are called, which counts for little. */
export const GENERIC = new Set(
  `international national global world general trading trade group holding holdings foundation fund relief charity charitable
   committee council society association union organization organisation institute institution centre center bureau office agency
   company enterprise enterprises industries industry services service bank exchange money shipping transport import export
   for of the in on to with front movement party army brigade brigades`
    .split(/\s+/)
    .filter(Boolean),
)

/** Words without a letter in an acronym. */
export const SMALL_WORDS = new Set([
  'of',
  'the',
  'for',
  'and',
  'in',
  'on',
  'to',
  'with',
  'de',
  'la',
  'du',
  'des',
  'al',
  'el',
])
