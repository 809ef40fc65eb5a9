/* Build the bundle that Home Assistant serves.
 *
 *   node build.mjs            write it
 *   node build.mjs --verify   compare it with the committed one
 *   node build.mjs --tests    bundle the tests, so that every supported Node can run them
 */
import { build, transform } from "esbuild";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";

const LIMIT = 100_000;
const OUTPUT = new URL("../custom_components/pbx/frontend/pbx-panel.js", import.meta.url);
const option = process.argv[2];

function fail(message) {
  console.error(message);
  process.exit(1);
}

// Styles stand in a template string, which esbuild leaves as it is; and so does it with the indentation of markup.
const templates = {
  name: "templates",
  setup(plugin) {
    plugin.onLoad({ filter: /src\/.*\.ts$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      const [, styles] = contents.match(/css`([^`]*)`/) ?? [];
      if (styles !== undefined) {
        const { code } = await transform(styles, { loader: "css", minify: true, target: "chrome120" });
        contents = contents.replace(styles, () => code.trim());
      }
      return { contents: contents.replace(/\n\s+/g, "\n"), loader: "ts" };
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
    legalComments: "eof",
    write: false,
    plugins: [templates],
  });
  const [{ contents }] = outputFiles;
  if (contents.length > LIMIT) fail(`The bundle has ${contents.length} bytes, more than ${LIMIT}`);
  if (option === "--verify") {
    const committed = await readFile(OUTPUT).catch(() => Buffer.alloc(0));
    if (!committed.equals(contents)) fail("The committed bundle is not the one of these sources; build it with `npm run build`");
  } else {
    await writeFile(OUTPUT, contents);
  }
  console.log(`${contents.length} bytes`);
}
