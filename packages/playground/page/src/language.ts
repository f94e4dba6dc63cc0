// What CodeMirror asks TypeScript: problems, completions, types.
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { type Diagnostic, linter, lintGutter } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";
import { type EditorView, hoverTooltip } from "@codemirror/view";
import type { Remote } from "comlink";
import type { Description, Name, Problem } from "./language-service.ts";
import type { LanguageWorker } from "./language-worker.ts";

/** Milliseconds without typing before a program is checked. */
const pause = 250;

export type Language = Remote<LanguageWorker>;

/** Checks the program whenever it has changed, and offers names and types. `tell` is told what is wrong. */
export function typescript(
  language: Language,
  tell: (problems: readonly Problem[]) => void,
): Extension {
  const check = async ({ state }: EditorView): Promise<readonly Diagnostic[]> => {
    // Where there is no compiler the page says so; programs can be written nevertheless.
    const problems = await language.problems(state.doc.toString()).catch(() => []);
    tell(problems);
    return problems.map(diagnosticOf);
  };
  return [
    lintGutter(),
    linter(check, { delay: pause }),
    autocompletion({ override: [(context) => completionsAt(language, context)] }),
    hoverTooltip(async ({ state }, at) => {
      const said = await language.typeAt(state.doc.toString(), at).catch(() => undefined);
      if (!said) return null;
      return { pos: said.from, end: said.to, create: () => ({ dom: descriptionOf(said) }) };
    }),
  ];
}

function diagnosticOf({ from, to, message, isError, remedies }: Problem): Diagnostic {
  return {
    from,
    to,
    message,
    severity: isError ? "error" : "warning",
    actions: remedies.map(({ title, changes }) => ({
      name: title,
      apply: (view) => view.dispatch({ changes: [...changes] }),
    })),
  };
}

async function completionsAt(
  language: Language,
  context: CompletionContext,
): Promise<CompletionResult | null> {
  const { state, pos, explicit } = context;
  const { from } = context.matchBefore(/[\w$]*/)!;
  const isMember = state.sliceDoc(Math.max(from - 1, 0), from) === ".";
  if (from === pos && !explicit && !isMember) return null;
  const text = state.doc.toString();
  const names = await language.names(text, pos).catch(() => []);
  return {
    from,
    options: names.map((name) => completionOf(language, text, pos, name)),
    validFor: /^[\w$]*$/,
  };
}

function completionOf(language: Language, text: string, at: number, name: Name): Completion {
  const describe = (): Promise<Description | undefined> =>
    language.describe(text, at, name).catch(() => undefined);
  return {
    label: name.name,
    type: kinds[name.kind] ?? "variable",
    // What is near comes first.
    sortText: name.priority + name.name,
    ...(name.source !== undefined && { detail: name.source }),
    info: async () => {
      const said = await describe();
      return said ? descriptionOf(said) : null;
    },
    apply: (view, _, from, to) => {
      const before = view.state.sliceDoc(0, from);
      const chosen = { from, to, insert: name.name };
      view.dispatch({
        changes: chosen,
        selection: { anchor: from + name.name.length },
        userEvent: "input.complete",
      });
      if (name.source === undefined) return;
      void describe().then((said) => {
        const isSame = view.state.sliceDoc(0, from) === before;
        if (said && isSame) view.dispatch({ changes: [...said.imports] });
      });
    },
  };
}

/** CodeMirror's icons for what TypeScript calls things. */
const kinds: Readonly<Record<string, string>> = {
  function: "function",
  "local function": "function",
  method: "method",
  property: "property",
  class: "class",
  interface: "interface",
  type: "type",
  keyword: "keyword",
  const: "constant",
  module: "namespace",
};

function descriptionOf({ type, text }: Description): HTMLElement {
  const element = document.createElement("div");
  element.className = "description";
  const code = element.appendChild(document.createElement("pre"));
  code.textContent = type;
  if (text) element.appendChild(document.createElement("p")).textContent = text;
  return element;
}
