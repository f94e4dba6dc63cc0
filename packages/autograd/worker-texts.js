// Minifies the programs of workers, which are template literals in the sources.
import { minify } from "rolldown/utils";

const files = /[/]engine[/]wasm[/](worker|runner-source)[.]ts$/;
const program = /const main = `([^`]*)`;/;

/** In a program, names take the place of `${…}`. */
async function minified(text) {
  const expressions = [];
  const script = text.replace(/\$\{[^}]*\}/g, (expression) => {
    expressions.push(expression);
    return `__${expressions.length - 1}__`;
  });
  const { code, errors } = await minify("worker.js", script, { module: false });
  if (errors.length > 0) throw new Error(`a worker's program: ${errors[0].message}`);
  const literal = code.trim().replace(/[\\`]|\$(?=\{)/g, "\\$&");
  return literal.replace(/__(\d+)__/g, (_, position) => expressions[position]);
}

const linesOf = (text) => text.split("\n").length;

export function workerTexts() {
  return {
    name: "worker-texts",
    transform: {
      filter: { id: files },
      async handler(code, id) {
        const [whole, text] = program.exec(code) ?? [];
        if (text === undefined) this.error(`no program of a worker in ${id}`);
        const short = `const main = \`${await minified(text)}\`;`;
        // As many lines as before, so that the source map of the file holds.
        const lines = "\n".repeat(linesOf(whole) - linesOf(short));
        return { code: code.replace(whole, () => short + lines), map: null };
      },
    },
  };
}
