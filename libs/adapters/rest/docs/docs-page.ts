import { type Chapter, chapters, problems } from './docs-guide.js';
import { DOCS_STYLE } from './docs-style.js';
import { Html, html, prose } from './html.js';
import type { OpenApiDocument, OpenApiOperation } from './openapi-document.js';
import { exampleOf, schemaView, typeOf } from './schema-view.js';

interface Entry {
  readonly path: string;
  readonly method: string;
  readonly operation: OpenApiOperation & { readonly 'x-scope'?: string };
}

/** The whole API on one page that needs nothing but itself: no script, no font, no server of somebody else's. */
export function docsPage(document: OpenApiDocument): string {
  const groups = Map.groupBy(entriesOf(document), ({ operation }) => operation.tags?.[0] ?? 'Other');
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${document.info.title} API</title>
        <style>
          ${new Html(DOCS_STYLE)}
        </style>
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <nav aria-label="Contents">
          <p class="brand">${document.info.title} <small>${document.info.version}</small></p>
          ${[...chapters, problems].map(({ id, title }) => html`<a href="#${id}">${title}</a>`)}
          ${[...groups].map(([tag, entries]) => navigation(tag, entries))}
        </nav>
        <main id="content">
          <header>
            <h1>${document.info.title} API</h1>
            <p>${document.info.description} <a href="/openapi.json">openapi.json</a></p>
          </header>
          ${chapters.map(chapter)} ${[...groups].map(([tag, entries]) => group(tag, entries, document))}
          ${chapter(problems)}
        </main>
      </body>
    </html>`;
  return page.text;
}

/** What people come for first: the API, then what whoever runs the server asks. */
function entriesOf(document: OpenApiDocument): Entry[] {
  const entries = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  );
  const isApi = ({ path }: Entry): boolean => path.startsWith('/v1/');
  return [...entries.filter(isApi), ...entries.filter((entry) => !isApi(entry))];
}

function navigation(tag: string, entries: readonly Entry[]): Html {
  return html`<a class="group" href="#${idOf(tag)}">${tag}</a> ${entries.map(
      ({ method, path, operation }) =>
        html`<a class="path" href="#${operation.operationId}"
          ><span class="method ${method.toLowerCase()}">${method}</span> ${path}</a
        >`,
    )}`;
}

function idOf(tag: string): string {
  return `about-${tag.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
}

function chapter({ id, title, content }: Chapter): Html {
  return html`<section id="${id}">
    <h2>${title}</h2>
    ${content}
  </section>`;
}

function group(tag: string, entries: readonly Entry[], document: OpenApiDocument): Html {
  return html`<section id="${idOf(tag)}">
    <h2>${tag}</h2>
    ${entries.map((entry) => operationView(entry, document))}
  </section>`;
}

function operationView({ method, path, operation }: Entry, document: OpenApiDocument): Html {
  const { operationId, summary, description, parameters = [] } = operation;
  const [contentType, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const answers = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
  return html`<article id="${operationId}">
    <h3><span class="method ${method.toLowerCase()}">${method}</span> <code>${path}</code></h3>
    <p>${prose(description ?? summary)}</p>
    <p class="access">${access(operation)}</p>
    ${
      parameters.length > 0
        ? html`<h4>Parameters</h4>
            <ul class="fields">
              ${parameters.map(
                (one) =>
                  html`<li>
                    <code class="name">${one.name}</code>
                    <span class="type">${one.in}, ${typeOf(one.schema, document)}</span>
                    ${one.required ? '' : html`<span class="optional">optional</span>`}
                    ${prose(one.description)}
                  </li>`,
              )}
            </ul>`
        : ''
    }
    ${
      body?.schema
        ? html`<h4>Body <span class="type">${contentType}</span></h4>
            ${schemaView(body.schema, document)}
            ${contentType === 'application/json' ? tryIt(method, path, exampleOf(body.schema, document)) : ''}`
        : ''
    }
    ${answers.map(([status, answer]) => {
      const [type, content] = Object.entries(answer.content ?? {})[0] ?? [];
      return html`<h4>${status} <span class="type">${type}</span></h4>
        <p>${prose(answer.description)}</p>
        ${content?.schema ? schemaView(content.schema, document) : ''}`;
    })}
  </article>`;
}

function access(operation: Entry['operation']): Html {
  const scope = operation['x-scope'];
  return scope === undefined
    ? html`Open to anybody.`
    : html`Needs a key with the scope <code>${scope}</code>.`;
}

function tryIt(method: string, path: string, example: unknown): Html {
  const command = [
    `curl -X ${method} http://127.0.0.1:3000${path} \\`,
    `  -H 'Authorization: Bearer phk_…' -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify(example)}'`,
  ];
  return html`<pre>${command.join('\n')}</pre>`;
}
