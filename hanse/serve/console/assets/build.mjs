// Bundles what the console's pages load, and the storefront tag. Called by hanse.serve.console.assets with the folders of npm's packages, of
// our sources and of where to write, the names that may be icons, the source of the tag, and the names of drawings for the sample shop.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [modules, source, output, icons, storefront, drawings] = process.argv.slice(2);
const require = createRequire(join(modules, "build.mjs"));
const esbuild = require("esbuild");

const PUBLIC_PATH = "/static/";
const COMPRESSED = /\.(js|css|svg)$/;

function hashed(name, content) {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 10);
  return name.replace(/(\.[a-z0-9]+)$/, `-${digest}$1`);
}

// Latin-1 and the punctuation of German and English, in the weights the pages use: a little over half of the whole Latin font.
async function font() {
  const path = join(modules, "..", "inter.woff2");
  if (!existsSync(path)) {
    const range = (from, until) => Array.from({ length: until - from }, (_, index) => String.fromCodePoint(from + index)).join("");
    const text = range(0x20, 0x7f) + range(0xa0, 0x100) + "–—‘’‚“”„…•‹›€−→←↑↓×≈≤≥·\u2009\u202f";
    const whole = await readFile(join(modules, "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"));
    const options = { targetFormat: "woff2", variationAxes: { wght: { min: 400, max: 700 } } };
    await writeFile(path, await require("subset-font")(whole, text, options));
  }
  return path;
}

const drawing = (name) => join(modules, "lucide-static/icons", `${name}.svg`);

async function lines(name) {
  const inside = (await readFile(drawing(name), "utf8")).replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
  return inside.replace(/\s*\n\s*/g, "");
}

async function sprite() {
  const used = icons.split(",").filter((name) => existsSync(drawing(name)));
  const symbols = await Promise.all(used.map(async (name) => `<symbol id="${name}" viewBox="0 0 24 24">${await lines(name)}</symbol>`));
  const content = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
  const name = hashed("icons.svg", content);
  await writeFile(join(output, name), content);
  return name;
}

async function bundle() {
  const inter = await font();
  const result = await esbuild.build({
    entryPoints: [join(source, "app.js"), join(source, "console.css")],
    outdir: output,
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    target: ["es2022", "chrome111", "firefox113", "safari16.4"],
    define: { "process.env.NODE_ENV": '"production"' },
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    publicPath: PUBLIC_PATH,
    loader: { ".woff2": "file" },
    nodePaths: [modules],
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    plugins: [
      {
        name: "font",
        setup(build) {
          build.onResolve({ filter: /^inter\.woff2$/ }, () => ({ path: inter }));
        },
      },
    ],
  });
  const entries = {};
  for (const [path, made] of Object.entries(result.metafile.outputs)) {
    if (made.entryPoint) entries[basename(made.entryPoint)] = basename(path);
    if (path.endsWith(".woff2")) entries["inter.woff2"] = basename(path);
  }
  return entries;
}

// Shops load it from one address for good, so its name stays as it is.
async function tag() {
  const name = basename(storefront);
  await esbuild.build({
    entryPoints: [storefront],
    outfile: join(output, name),
    bundle: true,
    minify: true,
    format: "iife",
    target: ["es2018"],
    legalComments: "none",
    logLevel: "warning",
  });
  return name;
}

// What stands for the products of the sample shop; the server puts it on a ground.
async function pictures() {
  const found = await Promise.all(drawings.split(",").map(async (name) => [name, await lines(name)]));
  await writeFile(join(output, "pictures.json"), JSON.stringify(Object.fromEntries(found)));
}

async function compress(name) {
  const content = await readFile(join(output, name));
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  await writeFile(join(output, `${name}.br`), brotliCompressSync(content, quality));
  await writeFile(join(output, `${name}.gz`), gzipSync(content, { level: 9 }));
}

await mkdir(output, { recursive: true });
await pictures();
const manifest = { ...(await bundle()), "icons.svg": await sprite(), "hanse.js": await tag() };
await Promise.all((await readdir(output)).filter((name) => COMPRESSED.test(name)).map(compress));
await writeFile(join(output, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
