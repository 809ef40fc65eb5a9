/* Build the bundle that Home Assistant serves.
 *
 *   node build.mjs            write it
 *   node build.mjs --verify   compare it with the committed one
 *   node build.mjs --tests    bundle the tests, so that every supported Node can run them
 */
import { build, transform } from "esbuild";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";

const LIMIT = 75_000;
const OUTPUT = new URL("../custom_components/pbx/frontend/pbx-panel.js", import.meta.url);
const LICENSE = "/* Contains lit-html, Copyright Google LLC, SPDX-License-Identifier: BSD-3-Clause */";
// Members that only our own code or lit-html's sees get short names. Not one of them may be a name of Home Assistant, of the
// WebSocket commands or of the browser, or be used as a string.
const OWN = `
  active allRecent atLeast badge badgeColor border byNumber callList callsOf canChoose chosen color confirmed directory
  disturb dragging failed feed ghost haystack hint isMuted justEnded kind known lengthened looks mayDial minute modes
  muted narrow observer offers onto openDashboard openEnd over person personOf picture planned query
  readRecent readRegistries refusal remember requestUpdate roving searchKey showAllRecent situation source sourceOf
  statusOf stepOf store subscribe sums supervised supervising texts tiles trunks unsubscribe usable watched words
`.trim().split(/\s+/);
const option = process.argv[2];

function fail(message) {
  console.error(message);
  process.exit(1);
}

// esbuild leaves the text of template strings as it is.
function minifyMarkup(source) {
  return source
    .replace(/\n\s+/g, "\n")
    .replace(/>\n</g, "><")
    .replace(/( [a-z-]+)="([\w-]+)"(?=[ >])/g, "$1=$2")
    .replace(/(?:<\/[a-z0-9-]+\s*>)+`/g, "`");
}

const templates = {
  name: "templates",
  setup(plugin) {
    plugin.onLoad({ filter: /src\/.*\.ts$/ }, async ({ path }) => {
      const contents = await readFile(path, "utf8");
      const [, styles] = contents.match(/css \*\/ `([^`]*)`/) ?? [];
      if (styles === undefined) return { contents: minifyMarkup(contents), loader: "ts" };
      const { code } = await transform(styles, { loader: "css", minify: true, target: "chrome120" });
      return { contents: contents.replace(styles, () => code.trim()), loader: "ts" };
    });
  },
};

const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  absWorkingDir: new URL(".", import.meta.url).pathname,
  logLevel: "warning",
};

if (option === "--tests") {
  await rm(new URL(".tests", import.meta.url), { recursive: true, force: true });
  const names = (await readdir(new URL("test", import.meta.url))).filter((name) => name.endsWith(".test.ts"));
  await build({ ...common, platform: "node", entryPoints: names.map((name) => `test/${name}`), external: ["node:*"], outdir: ".tests", outExtension: { ".js": ".mjs" } });
} else {
  const { outputFiles } = await build({
    ...common,
    entryPoints: ["src/index.ts"],
    minify: true,
    charset: "utf8",
    legalComments: "none",
    banner: { js: LICENSE },
    mangleProps: new RegExp(`^(?:_\\$.*|${OWN.join("|")})$`),
    write: false,
    plugins: [templates],
  });
  const [{ contents }] = outputFiles;
  for (const name of ["contract", "ha"]) {
    const foreign = await readFile(new URL(`src/${name}.ts`, import.meta.url), "utf8");
    const both = OWN.filter((own) => new RegExp(`\\b${own}\\??:`).test(foreign));
    if (both.length) fail(`Not only our own code sees ${both.join(", ")}`);
  }
  if (contents.length > LIMIT) fail(`The bundle has ${contents.length} bytes, more than ${LIMIT}`);
  if (option === "--verify") {
    const committed = await readFile(OUTPUT).catch(() => Buffer.alloc(0));
    if (!committed.equals(contents)) fail("The committed bundle is not the one of these sources; build it with `npm run build`");
  } else {
    await writeFile(OUTPUT, contents);
  }
  console.log(`${contents.length} bytes`);
}
