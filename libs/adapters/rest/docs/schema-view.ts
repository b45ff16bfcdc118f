import { html, type Html, prose } from './html.js';
import type { OpenApiDocument, OpenApiSchema } from './openapi-document.js';

const DEEPEST = 4;

/** The fields of a schema as nested lists. */
export function schemaView(schema: OpenApiSchema, document: OpenApiDocument, depth = 0): Html {
  const { properties, items, required } = resolved(schema, document);
  if (items) return schemaView(items, document, depth);
  if (!properties || depth > DEEPEST) return html``;
  return html`<ul class="fields">
    ${Object.entries(properties).map(([name, property]) => {
      const wanted = required?.includes(name) ?? false;
      return html`<li>
        <code class="name">${name}</code> <span class="type">${typeOf(property, document)}</span>${
          wanted ? '' : html` <span class="optional">optional</span>`
        }
        ${prose(property.description)}${choices(property)} ${schemaView(property, document, depth + 1)}
      </li>`;
    })}
  </ul>`;
}

export function typeOf(schema: OpenApiSchema | undefined, document: OpenApiDocument): string {
  if (!schema) return 'any';
  const whole = resolved(schema, document);
  const variants = whole.anyOf ?? whole.oneOf;
  if (variants) return variants.map((variant) => typeOf(variant, document)).join(' or ');
  if (whole.items) return `list of ${typeOf(whole.items, document)}`;
  const type = typeof whole.type === 'string' ? whole.type : (whole.type?.join(' or ') ?? 'object');
  return [type, whole.format && `(${whole.format})`, bounds(whole)].filter(Boolean).join(' ');
}

function bounds({ minimum, maximum, minLength, maxLength }: OpenApiSchema): string {
  const range = (low: number | undefined, high: number | undefined, unit: string): string => {
    if (low === undefined && high === undefined) return '';
    if (low === undefined) return `up to ${high}${unit}`;
    return high === undefined ? `from ${low}${unit}` : `${low}…${high}${unit}`;
  };
  return range(minimum, maximum, '') || range(minLength, maxLength, ' characters');
}

function choices({ enum: values, items }: OpenApiSchema): Html | undefined {
  const all = values ?? items?.enum;
  return all && html`<div class="choices">${all.map((value) => html`<code>${String(value)}</code> `)}</div>`;
}

/** Something that could be sent, for a first try. */
export function exampleOf(schema: OpenApiSchema | undefined, document: OpenApiDocument, depth = 0): unknown {
  if (!schema || depth > DEEPEST) return {};
  const {
    properties,
    items,
    required = [],
    enum: values,
    default: fallback,
    type,
    anyOf,
    oneOf,
  } = resolved(schema, document);
  if (fallback !== undefined) return fallback;
  if (values) return values[0];
  const [variant] = anyOf ?? oneOf ?? [];
  if (variant) return exampleOf(variant, document, depth + 1);
  if (items) return [exampleOf(items, document, depth + 1)];
  if (properties) {
    const shown = Object.entries(properties).filter(([name]) => required.includes(name));
    return Object.fromEntries(
      shown.map(([name, property]) => [name, exampleOf(property, document, depth + 1)]),
    );
  }
  const plain = typeof type === 'string' ? type : type?.[0];
  if (plain === 'integer' || plain === 'number') return 1;
  if (plain === 'boolean') return true;
  return plain === 'string' ? '…' : {};
}

function resolved(schema: OpenApiSchema, document: OpenApiDocument): OpenApiSchema {
  const [first] = schema.allOf ?? [];
  if (first && schema.allOf?.length === 1)
    return resolved({ ...first, description: schema.description ?? '' }, document);
  const name = schema.$ref?.replace('#/components/schemas/', '');
  return name === undefined ? schema : (document.components?.schemas?.[name] ?? {});
}
