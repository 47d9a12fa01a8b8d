import type { AttachmentTold } from '../server/attachments/read.ts'
import type { FormProblem } from './forms.tsx'
import { Columns, Moment, Name, Said, Table } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

/** The files of something, each to be saved. */
export function Attachments({ items, t }: { items: readonly AttachmentTold[]; t: Texts }) {
  const words = t.spending
  if (items.length === 0) return <p class="calm">{words.noFiles}</p>
  return (
    <Table caption={words.fileCaption}>
      <Columns names={[words.fileName, words.size, words.addedBy, words.added]} figures={[words.size]} />
      <tbody>
        {items.map((one) => (
          <tr>
            <th scope="row">
              <a href={`/api/v1/attachments/${one.id}/file`}>
                <Name>{one.fileName}</Name>
              </a>
            </th>
            <td class="figure">
              <Said text={words.kilobytes} n={<bdi dir="ltr">{Math.ceil(one.bytes / 1024)}</bdi>} />
            </td>
            <td>
              <Name>{one.addedBy}</Name>
            </td>
            <td>
              <Moment at={one.addedAt} t={t} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

/** A file to attach. It is sent as it is, without script. */
export function AttachForm({
  action,
  formKey,
  problem,
  t,
}: {
  action: string
  formKey: string
  problem: FormProblem | undefined
  t: Texts
}) {
  const words = t.spending
  return (
    <details class="part" open={problem !== undefined}>
      <summary>{words.attach}</summary>
      <form method="post" action={action} encType="multipart/form-data" noValidate id="attach">
        <input type="hidden" name="key" value={formKey} />
        <div class={problem ? 'field wrong' : 'field'}>
          <label for="attach-file">{words.file}</label>
          <p class="hint" id="attach-file-hint">
            {words.attachHint}
          </p>
          <input type="file" name="file" id="attach-file" required aria-describedby="attach-file-hint" />
        </div>
        <button class="main">{words.attachButton}</button>
      </form>
    </details>
  )
}
