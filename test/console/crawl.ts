import type { Browser } from './browser.ts'

/** Files are made by other tests; the language switch leads to the same page. */
const NOT_FOLLOWED = /^\/(api|assets)\b|[?&]language=/
/** So many pages of one shape, for a list has the same kind of link in each row; requests differ most. */
const OF_EACH_SHAPE = 1
const REQUESTS = 5

/**
 * Opens every page to which the pages lead from the first one on, and complains of each that is not there or not for this reader, of
 * a link to a part that the page does not have, and of what no page should say.
 */
export async function crawl(browser: Browser): Promise<{ complaints: string[]; pages: Map<string, string> }> {
  const complaints: string[] = []
  const pages = new Map<string, string>()
  const shapes = new Map<string, number>()
  const queue: [link: string, from: string][] = [['/', '']]
  for (const [link, from] of queue) {
    const [path, part] = link.split('#') as [string, string | undefined]
    if (!pages.has(path)) {
      const shape = path.replaceAll(/[a-z]+_[0-9a-z]{26}|\d{4}-\d\d|[?].*/g, '*')
      shapes.set(shape, (shapes.get(shape) ?? 0) + 1)
      if (shapes.get(shape)! > (shape === '/requests/*' ? REQUESTS : OF_EACH_SHAPE)) continue
      const { status, text } = await browser.open(path)
      pages.set(path, text)
      if (status !== 200) complaints.push(`${from} leads to ${path}, which answers ${status}`)
      const odd = /.{0,30}(?:>undefined<|\[object |\bNaN\b|>null<).{0,30}/.exec(text)?.[0]
      if (odd) complaints.push(`${path} says ${odd}`)
      queue.push(...linksOf(text, path).map((to): [string, string] => [to, path]))
    }
    if (part && !pages.get(path)!.includes(`id="${part}"`))
      complaints.push(`${from} leads to ${link}, which has no such part`)
  }
  return { complaints, pages }
}

function linksOf(html: string, path: string): string[] {
  return [...html.matchAll(/href="([^"]+)"/g)]
    .map(([, to]) => to!.replaceAll('&amp;', '&'))
    .map((to) => (to.startsWith('#') ? `${path}${to}` : to))
    .filter((to) => to.startsWith('/') && !NOT_FOLLOWED.test(to))
}
