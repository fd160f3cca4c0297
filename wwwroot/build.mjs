// Bundles the browser's modules into dist/. Names carry a hash of the content, so everything in dist/ but the manifest may be cached for ever;
// dist/manifest.json maps an entry to its files and to what it imports at once (for preloading).
import { build } from "esbuild";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const development = process.argv.includes("--development");
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });

/** Custom properties of both themes, and MudBlazor's palette pointed at them, so that one attribute switches everything. */
async function tokensCss() {
  const tokens = JSON.parse(await readFile(join(root, "src/shell/tokens.json"), "utf8"));
  const declare = (theme) => Object.entries(theme).map(([name, value]) => `--${name}:${value}`).join(";");
  const mud = {
    black: "base", white: "on-accent", primary: "accent", "primary-text": "on-accent", secondary: "agent", "secondary-text": "on-accent", success: "passed",
    error: "failed", warning: "warning", info: "accent", dark: "raised", "text-primary": "text", "text-secondary": "muted", "text-disabled": "muted",
    "action-default": "muted", "action-disabled": "muted", background: "base", "background-gray": "surface", surface: "surface", "appbar-background": "surface",
    "appbar-text": "text", "drawer-background": "surface", "drawer-text": "text", "drawer-icon": "muted", "lines-default": "line", "lines-inputs": "muted",
    "table-lines": "line", "table-hover": "hover", divider: "line", "gray-default": "muted",
  };
  const mapped = Object.entries(mud).map(([name, token]) => `--mud-palette-${name}:var(--${token})`).join(";");
  const people = tokens.people.map((colour, index) => `--person-${index}:${colour}`).join(";");
  return `html:root{color-scheme:dark;${declare(tokens.dark)};${people};${mapped}}\nhtml:root[data-theme=light]{color-scheme:light;${declare(tokens.light)}}\n`;
}

await writeFile(join(root, "css/tokens.css"), `/* Made by build.mjs from src/shell/tokens.json. */\n${await tokensCss()}`);

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: !development,
  sourcemap: development ? "linked" : false,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  outdir: "dist",
  outbase: ".",
  loader: { ".ttf": "file", ".woff": "file", ".woff2": "file" },
  assetNames: "[name]-[hash]",
};

// Workers live alone: a worker that shares chunks with the page would drag them in.
const workers = await build({
  ...shared,
  entryPoints: {
    "editor.worker": "node_modules/monaco-editor/esm/vs/editor/editor.worker.js",
    "json.worker": "node_modules/monaco-editor/esm/vs/languages/features/json/json.worker.js",
    "ts.worker": "node_modules/monaco-editor/esm/vs/languages/features/typescript/ts.worker.js",
    "css.worker": "node_modules/monaco-editor/esm/vs/languages/features/css/css.worker.js",
    "html.worker": "node_modules/monaco-editor/esm/vs/languages/features/html/html.worker.js",
  },
  entryNames: "[name]-[hash]",
});
const workerFiles = {};
for (const [file, output] of Object.entries(workers.metafile.outputs)) {
  if (output.entryPoint && file.endsWith(".js")) {
    workerFiles[/([a-z]+)\.worker/.exec(output.entryPoint)[1]] = `/${file}`;
  }
}

const main = await build({
  ...shared,
  splitting: true,
  entryPoints: { ide: "src/ide.ts", site: "src/site.ts", app: "css/app.css", "ide-style": "css/ide.css" },
  entryNames: "[name]-[hash]",
  chunkNames: "chunks/[name]-[hash]",
  define: { __WORKERS__: JSON.stringify(workerFiles) },
});

// What an entry imports statically, transitively: the page preloads it.
const outputs = main.metafile.outputs;
const manifest = {};
for (const [file, output] of Object.entries(outputs)) {
  if (!output.entryPoint || !/^(src|css)\//.test(output.entryPoint) || file.endsWith(".map")) {
    continue;
  }
  const preload = new Set();
  const visit = (name) => {
    for (const imported of outputs[name]?.imports ?? []) {
      if (imported.kind === "import-statement" && !preload.has(imported.path)) {
        preload.add(imported.path);
        visit(imported.path);
      }
    }
  };
  visit(file);
  manifest[relative(root, join(root, output.entryPoint))] = { file: `/${file}`, css: output.cssBundle ? `/${output.cssBundle}` : null, preload: [...preload].map((name) => `/${name}`) };
}

manifest.fonts = (await readdir(dist)).filter((name) => /jetbrains-mono-latin-400-normal-.*\.woff2$/.test(name)).map((name) => `/dist/${name}`);
await writeFile(join(dist, "manifest.json"), JSON.stringify(manifest, null, 1));
