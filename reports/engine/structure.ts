import type { ReportDocument } from './document.ts'
import { objectReference, pdfSyntax, pdfText } from './pdf-syntax.ts'
import type { PdfPage } from './pdfkit-inside.ts'

/** The roles of PDF/UA that the reports use. */
export type Role = 'Document' | 'H1' | 'H2' | 'H3' | 'P' | 'Figure' | 'Table' | 'THead' | 'TBody' | 'TR' | 'TH' | 'TD'

/** One node of the tree that assistive technology reads instead of the ink. */
export type Element = {
  readonly id: number
  readonly role: Role
  readonly parent: Element | undefined
  readonly attributes: string
  readonly kids: string[]
  page: PdfPage | undefined
}

/** The tree being written: its root, which element owns which piece of the current page, and the pages before. */
export type Structure = {
  readonly document: ReportDocument
  readonly root: Element
  page: PdfPage | undefined
  owners: number[]
  readonly pages: number[]
}

type ElementOptions = {
  /** The text as it is to be read aloud, where the ink alone could be misread (right to left). */
  actualText?: string | undefined
  alternative?: string
  /** For a figure: left, top, right, bottom in points from the top of the page. */
  box?: readonly [number, number, number, number]
  scope?: 'Column' | 'Row'
  /** For a head that stands over several columns: over how many. */
  spans?: number
}

/**
 * pdfkit can write structure too, but keeps several JavaScript objects for each cell until the end; this writes every
 * element as soon as it is closed, so that ten thousand lines need little memory.
 */
export function openStructure(document: ReportDocument): Structure {
  const root: Element = {
    id: document.reserveObject(),
    role: 'Document',
    parent: undefined,
    attributes: '',
    kids: [],
    page: undefined,
  }
  return { document, root, page: undefined, owners: [], pages: [] }
}

/** Opens an element as the last child of `parent`. It is written when it is closed. */
export function openElement(structure: Structure, parent: Element, role: Role, options: ElementOptions = {}): Element {
  const id = structure.document.reserveObject()
  parent.kids.push(`${id} 0 R`)
  return { id, role, parent, attributes: attributesOf(structure, options), kids: [], page: undefined }
}

/** Writes an element with the children and pieces of page that it has got. */
export function closeElement(structure: Structure, element: Element): void {
  const parent = element.parent ? element.parent.id : structure.document.getStructTreeRoot().id
  const page = element.page ? `/Pg ${element.page.dictionary.id} 0 R` : ''
  const kids = element.kids.length === 1 ? element.kids[0]! : `[${element.kids.join(' ')}]`
  const syntax = `<</S/${element.role}/P ${parent} 0 R${page}${element.attributes}/K ${kids}>>`
  structure.document.writeObject(element.id, syntax)
}

/** Everything that `draw` puts on the page belongs to the element. */
export function drawInElement(structure: Structure, element: Element, draw: () => void): void {
  const page = structure.page!
  const mark = structure.owners.length
  structure.owners.push(element.id)
  element.page ??= page
  // An element that goes on over a page break has to say of each later piece on which page it is.
  element.kids.push(element.page === page ? `${mark}` : `<</Type/MCR/Pg ${page.dictionary.id} 0 R/MCID ${mark}>>`)
  structure.document.addContent(`/${element.role} <</MCID ${mark}>> BDC`)
  draw()
  structure.document.addContent('EMC')
}

/** An element with a single piece of page: a paragraph, a cell. */
export function drawElement(
  structure: Structure,
  parent: Element,
  role: Role,
  options: ElementOptions,
  draw: () => void,
): void {
  const element = openElement(structure, parent, role, options)
  drawInElement(structure, element, draw)
  closeElement(structure, element)
}

/** What `draw` puts on the page is decoration or page furniture, and is not read aloud. */
export function drawArtifact(structure: Structure, kind: 'Layout' | 'Pagination', draw: () => void): void {
  structure.document.addContent(`/Artifact <</Type/${kind}>> BDC`)
  draw()
  structure.document.addContent('EMC')
}

/** To be called on every new page, before anything is drawn on it. */
export function turnStructurePage(structure: Structure): void {
  closePage(structure)
  structure.page = structure.document.page
  structure.page.dictionary.data.StructParents = structure.pages.length
}

/** Hands the finished tree to the document, before that is ended. */
export function closeStructure(structure: Structure): void {
  closePage(structure)
  closeElement(structure, structure.root)
  const parents = structure.document.ref({ Nums: structure.pages.flatMap((id, key) => [key, objectReference(id)]) })
  parents.end()
  const tree = structure.document.getStructTreeRoot()
  tree.data.K = [objectReference(structure.root.id)]
  tree.data.ParentTree = parents
  tree.data.ParentTreeNextKey = structure.pages.length
}

function closePage(structure: Structure): void {
  if (!structure.page) return
  const id = structure.document.reserveObject()
  structure.document.writeObject(id, `[${structure.owners.map((owner) => `${owner} 0 R`).join(' ')}]`)
  structure.pages.push(id)
  structure.owners = []
  structure.page = undefined
}

function attributesOf(
  structure: Structure,
  { actualText, alternative, box, scope, spans = 1 }: ElementOptions,
): string {
  let syntax = ''
  if (actualText !== undefined) syntax += `/ActualText${pdfText(actualText)}`
  if (alternative !== undefined) syntax += `/Alt${pdfText(alternative)}`
  if (scope) syntax += `/A<</O/Table/Scope/${scope}${spans > 1 ? `/ColSpan ${spans}` : ''}>>`
  if (box) {
    const height = structure.document.page.height
    const [left, top, right, bottom] = box
    syntax += `/A${pdfSyntax({ O: 'Layout', Placement: 'Block', BBox: [left, height - bottom, right, height - top] })}`
  }
  return syntax
}
