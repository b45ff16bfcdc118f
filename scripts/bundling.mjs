/** What the bundles of the server and of the functions have in common. */
import { relative } from 'node:path';

/** What Nest and others load only where it is installed, and what brings native code or is looked up by name at run time. */
export const EXTERNAL = [
  /^node:/,
  /^@nestjs\/(websockets|microservices|platform-express|platform-socket\.io)/,
  /^@fastify\/(view|static|multipart)$/,
  /^@css-inline\//,
  /^sharp$/,
  /^class-transformer\/storage$/,
  /^(bufferutil|utf-8-validate)$/,
];

/** By the file of each chunk: what it holds, what is loaded with it, and what it may load later. */
export function modulesOf(output, root) {
  const chunks = output.filter(({ type }) => type === 'chunk');
  return Object.fromEntries(
    chunks.map(({ fileName, moduleIds, imports, dynamicImports, isEntry }) => [
      fileName,
      { isEntry, modules: moduleIds.map((id) => relative(root, id)), imports, dynamicImports },
    ]),
  );
}
