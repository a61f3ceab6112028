import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

/** Where a development server finds the archive; `npm run dev` passes its calls on to it. */
const archive = process.env.ATRIUM_DEV_ARCHIVE ?? 'http://127.0.0.1:8000'
const passed = ['/viewer/api', '/dicom-web', '/sign-in/once', '/readyz']

export default defineConfig({
  // Django serves dist/ below its static root; every page is the same index.html.
  base: '/static/app/',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // cornerstone and vtk.js are one lazy chunk of about 3 MB; the first page stays far below this.
    chunkSizeWarningLimit: 4000,
    assetsInlineLimit: 0,
  },
  optimizeDeps: {
    // The decode worker is found by URL, which pre-bundling breaks: the worker then answers 404 and loading hangs.
    exclude: ['@cornerstonejs/dicom-image-loader'],
    include: [
      'dicom-parser',
      'pako',
      'comlink',
      'uuid',
      'events',
      '@cornerstonejs/codec-charls/decodewasmjs',
      '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs',
      '@cornerstonejs/codec-openjpeg/decodewasmjs',
      '@cornerstonejs/codec-openjph/wasmjs',
    ],
  },
  server: {
    host: '127.0.0.1',
    port: 5170,
    strictPort: true,
    proxy: Object.fromEntries(passed.map((path) => [path, { target: archive, changeOrigin: false }])),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
