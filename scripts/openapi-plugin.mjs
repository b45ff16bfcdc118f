/**
 * Nest CLI plugin: describes controllers and DTO classes for OpenAPI without touching what they compile to.
 *
 * The plugin that ships with `@nestjs/swagger` rewrites every DTO and controller to import `@nestjs/swagger`, so the
 * serving process would load it (and keep it) for a document that never changes while it runs. The same visitors can
 * be run read-only over the program the compiler already holds; what they find goes to `dist/openapi-metadata.js`,
 * which only the build step that writes `dist/openapi.json` ever imports. `tsc` and `nest build` thus emit the
 * same bytes, and a build made by either is complete.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PluginMetadataGenerator } from '@nestjs/cli/lib/compiler/plugins/plugin-metadata-generator.js';
import { ReadonlyVisitor } from '@nestjs/swagger/plugin';

const root = join(import.meta.dirname, '..');

export const before = (options, program) => {
  const outputDir = program.getCompilerOptions().outDir ?? join(root, 'dist');
  mkdirSync(outputDir, { recursive: true }); // the hook runs before the compiler writes anything
  new PluginMetadataGenerator().generate({
    visitors: [new ReadonlyVisitor({ ...options, pathToSource: root })],
    tsProgramRef: program,
    outputDir,
    filename: 'openapi-metadata.js',
  });
  return () => (sourceFile) => sourceFile;
};
