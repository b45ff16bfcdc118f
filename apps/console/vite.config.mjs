import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', '..');

/**
 * The page at `/chat/`. The client library is taken from dist/, as `npm run build` compiled it. For work on the page with the
 * server running beside it: `npx vite apps/console`.
 */
export default {
  root: import.meta.dirname,
  base: '/chat/',
  publicDir: false,
  build: {
    outDir: join(root, 'dist', 'apps', 'console', 'page'),
    emptyOutDir: true,
    target: 'es2022',
    // Its policy lets in nothing that is not a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/v1': 'http://127.0.0.1:3000',
      '/socket.io': { target: 'http://127.0.0.1:3000', ws: true },
    },
  },
};
