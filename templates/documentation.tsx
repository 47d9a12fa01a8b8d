import { render } from 'preact-render-to-string'

/** The page that shows the OpenAPI document; everything it loads is served by ourselves, so it works offline. */
export function documentationPage(): string {
  return `<!doctype html>${render(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Wasata API</title>
        <link rel="stylesheet" href="/api/assets/swagger-ui.css" />
      </head>
      <body>
        <div id="swagger-ui"></div>
        <script src="/api/assets/swagger-ui-bundle.js"></script>
        <script src="/assets/documentation.js"></script>
      </body>
    </html>,
  )}`
}
