// Bundles the elements into one module; `python -m hanse.serve.console.assets` calls it and puts the file where the server finds it.
import { defineConfig } from "vite";

/** Take out of the styles and the markup what browsers do not need: indents and the breaks before and after tags and rules. */
const closer = {
  name: "closer",
  transform(code, id) {
    if (/styles\.ts$/.test(id)) return { code: code.replace(/([{};,])\s+/g, "$1").replace(/\n\s+/g, "\n "), map: null };
    return /\/src\/[^/]+\.ts$/.test(id) ? { code: code.replace(/\n\s+/g, "\n "), map: null } : null;
  },
};

export default defineConfig({
  logLevel: "warn",
  plugins: [closer],
  build: {
    target: ["es2022", "chrome111", "firefox113", "safari16.4"],
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: { input: "src/elements.ts", output: { entryFileNames: "elements.js", format: "es" } },
  },
});
