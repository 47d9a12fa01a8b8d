import { sentenceOf, titleOf, type News } from './news.tsx'
import { page, type Frame } from './page.tsx'
import { Moment, Name } from './parts.tsx'

export type NotificationList = {
  readonly items: readonly (News & {
    readonly id: string
    readonly fund: string
    readonly urgent: boolean
    readonly link: string
    readonly toldAt: Date | string
    readonly readAt: Date | string | null
  })[]
  /** Only what is unread is shown. */
  readonly unread: boolean
  readonly timeZone: string
  /** Address of the next page, or null where there is none. */
  readonly next: string | null
  readonly formKey: string
}

/** What a person was told, the latest first, with what is unread marked. */
export function notificationsPage(frame: Omit<Frame, 'title'>, list: NotificationList): string {
  const { t, unread = 0 } = frame
  const words = t.notifications
  return page(
    { ...frame, title: words.title },
    <>
      <h1>{words.title}</h1>
      <p class="pages">
        <span>{words.unread.replace('{count}', String(unread))}</span>
        <a href={list.unread ? '/notifications' : '/notifications?unread=true'}>
          {list.unread ? words.showAll : words.showUnread}
        </a>
        <a href="/notifications/preferences">{words.preferences}</a>
      </p>
      {list.items.length === 0 ? (
        <p class="calm">{list.unread ? words.noneUnread : words.none}</p>
      ) : (
        <ul class="news">
          {list.items.map((one) => (
            <Item one={one} list={list} frame={frame} />
          ))}
        </ul>
      )}
      {unread > 0 && list.items.length > 0 && (
        <form method="post" action="/notifications/readings">
          <input type="hidden" name="key" value={`${list.formKey}-all`} />
          <input type="hidden" name="upTo" value={list.items[0]!.id} />
          <button>{words.readAll}</button>
        </form>
      )}
      {list.next && (
        <p class="pages">
          <a rel="next" href={list.next}>
            {t.next}
          </a>
        </p>
      )}
    </>,
  )
}

type Shown = NotificationList['items'][number]

function Item({ one, list, frame: { t } }: { one: Shown; list: NotificationList; frame: Omit<Frame, 'title'> }) {
  const words = t.notifications
  const isUnread = one.readAt === null
  return (
    <li class={isUnread ? 'unread' : undefined}>
      <p class="what">
        {one.urgent && <span class="status status-rejected">{words.urgent}</span>}{' '}
        {isUnread && <span class="status status-submitted">{words.new}</span>} <a href={one.link}>{titleOf(one, t)}</a>
      </p>
      <p>
        {sentenceOf(one, { t, timeZone: list.timeZone }, (text) => (
          <Name>{text}</Name>
        ))}
      </p>
      <p class="hint">
        <Name>{one.fund}</Name> · <Moment at={one.toldAt} t={t} />
      </p>
      {isUnread && (
        <form method="post" action={`/notifications/${one.id}/readings`}>
          <input type="hidden" name="key" value={`${list.formKey}-${one.id}`} />
          <button class="quiet">{words.read}</button>
        </form>
      )}
    </li>
  )
}
