import type { OpenApiDocument } from './openapi-document.js';

export function docsPage(document: OpenApiDocument): string {
  return document.info.title;
}
