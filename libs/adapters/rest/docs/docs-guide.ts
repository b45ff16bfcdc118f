import { PROBLEMS } from '../kit/problem.js';
import { html, type Html } from './html.js';

/** A chapter of the page that is not about one path. */
export interface Chapter {
  readonly id: string;
  readonly title: string;
  readonly content: Html;
}

const code = (text: string): Html => html`<code>${text}</code>`;

/** As it can be typed, in lines that need no scrolling. */
const FIRST_STEPS = `export KEY=phk_…   # printed by the first start of the server
api() {
  curl -s "http://127.0.0.1:3000/v1/$1" "\${@:2}" \\
    -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json'
}
api lists -d '{"name": "Customers"}'                             # lst_…
api subscribers -d '{"email": "ada@example.com", "name": "Ada",
  "attributes": {"city": "Turin"}, "listIds": ["lst_…"]}'
api templates -d '{"name": "Hello", "subject": "Hello {{name}}",
  "html": "<p>How is {{attributes.city}}?</p>"}'                 # tpl_…
api campaigns -d '{"name": "First", "from": "you@example.com",
  "templateId": "tpl_…", "audience": {"listIds": ["lst_…"]}}'    # cmp_…
api campaigns/cmp_…/start -X POST
api campaigns/cmp_…/stats`;

const firstSteps: Chapter = {
  id: 'first-steps',
  title: 'First steps',
  content: html`<p>A list, somebody on it, a template, and a campaign to them:</p>
    <pre>${FIRST_STEPS}</pre>
    <p>
      Unless other providers are configured the mail is captured, not sent: read it at
      <a href="/outbox">/outbox</a>. For many people there is <a href="#importsStart">the import of a CSV</a>.
    </p>`,
};

const conventions: Chapter = {
  id: 'conventions',
  title: 'Conventions',
  content: html`<p>
      Send <code>Authorization: Bearer phk_…</code>. Bodies are JSON in UTF-8 (at most 64 levels deep;
      <code>Content-Encoding: gzip</code> is taken), names in camelCase, times ISO 8601 in UTC, ids prefixed
      by kind and sorting by age. Fields that a path does not know are refused.
    </p>
    <p>
      Lists take <code>?limit=50&amp;after=…</code> and answer
      <code>{"data": […], "page": {"next": "…" | null}}</code>: pass <code>next</code> as <code>after</code>.
    </p>
    <p>
      Every write takes an <code>Idempotency-Key</code> of up to 255 characters: repeated with the same key
      and the same body it is carried out once, and answered the same each time, with
      <code>Idempotency-Replayed: true</code>. The same key with another body is a 422, a repetition while the
      first is under way a 409 with <code>Retry-After</code>. Answers are kept for a day; those of 5xx and 429
      are not kept, so asking again tries again.
    </p>
    <p>
      <code>RateLimit-Policy</code> and <code>RateLimit</code> tell what is allowed and what is left; beyond
      it the answer is 429 with <code>Retry-After</code>. <code>202</code> means: safely stored, and
      <code>Location</code> says where to ask how it goes.
    </p>`,
};

const templates: Chapter = {
  id: 'writing-templates',
  title: 'Writing templates',
  content: html`<p>
      Templates are Handlebars: values, ${code('{{#if}}')}, ${code('{{#unless}}')}, ${code('{{#each}}')},
      ${code('{{#with}}')}, and the formats ${code('{{default name "friend"}}')},
      ${code('{{date startsAt "long" timezone="Europe/Paris"}}')} and
      ${code('{{number price currency="EUR"}}')}. Nothing else of Handlebars is there, and in HTML every value
      is escaped.
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">Variable</th>
          <th scope="col">What it is</th>
        </tr>
      </thead>
      <tbody>
        ${[
          ['{{name}} {{email}} {{locale}} {{timezone}}', 'the recipient’s own'],
          ['{{attributes.city}}', 'an attribute of the recipient: any other column of an imported CSV'],
          ['{{unsubscribeUrl}}', 'the recipient’s own link to leave (campaigns; the headers have it too)'],
          [
            '{{preferencesUrl}}',
            'the recipient’s own page to choose what they get, unless your data has one',
          ],
          ['{{assetsUrl}}', 'where the pictures of the gallery are'],
          ['anything else', 'from data of the campaign, the same for everybody'],
        ].map(
          ([name = '', what]) =>
            html`<tr>
              <td>${name.startsWith('{') ? code(name) : name}</td>
              <td>${what}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p>
      A variable that is not there prints nothing. One that is declared <code>required</code> is asked for
      before anything is sent: a campaign whose <code>data</code> lacks it is refused, and so is a preview.
    </p>`,
};

export const problems: Chapter = {
  id: 'problems',
  title: 'Problems',
  content: html`<p>
      What goes wrong is answered as <code>application/problem+json</code> (RFC 9457). Programs go by
      <code>code</code>, which never changes its meaning; <code>errors</code> points at the fields at fault.
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Code</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${Object.entries(PROBLEMS).map(
          ([name, { status, title }]) =>
            html`<tr id="problem-${name.replaceAll('_', '-')}">
              <td>${status}</td>
              <td><code>${name}</code></td>
              <td>${title}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
};

/** What stands before the paths. */
export const chapters: readonly Chapter[] = [firstSteps, conventions, templates];
