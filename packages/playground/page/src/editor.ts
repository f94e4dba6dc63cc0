// The editor: CodeMirror with TypeScript's syntax, in the page's colours.
import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { Compartment, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Change } from "./language-service.ts";

export interface EditorOptions {
  readonly place: HTMLElement;
  /** Called when the text has changed. */
  readonly changed: () => void;
  /** Called by Ctrl-Enter, on Macs Cmd-Enter. */
  readonly run: () => void;
}

export class Editor {
  readonly #view: EditorView;
  readonly #language = new Compartment();

  constructor({ place, changed, run }: EditorOptions) {
    this.#view = new EditorView({
      parent: place,
      extensions: [
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightActiveLine(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        javascript({ typescript: true }),
        syntaxHighlighting(colors),
        this.#language.of([]),
        keymap.of([
          { key: "Mod-Enter", run: () => (run(), true), preventDefault: true },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...lintKeymap,
          ...historyKeymap,
          indentWithTab,
          ...defaultKeymap,
        ]),
        EditorView.updateListener.of((update) => update.docChanged && changed()),
        EditorView.contentAttributes.of({
          "aria-label": "Program",
          "aria-describedby": "keys",
          tabindex: "0",
        }),
      ],
    });
  }

  get text(): string {
    return this.#view.state.doc.toString();
  }

  /** Replaces the whole text; undo brings the other back. */
  set text(text: string) {
    const { length } = this.#view.state.doc;
    this.#view.dispatch({
      changes: { from: 0, to: length, insert: text },
      selection: { anchor: 0 },
    });
  }

  change(changes: readonly Change[]): void {
    this.#view.dispatch({ changes: [...changes] });
    this.#view.focus();
  }

  /** Adds what knows the language, once it is there. */
  extend(extension: Extension): void {
    this.#view.dispatch({ effects: this.#language.reconfigure(extension) });
  }

  /** Puts the cursor at the beginning of a line, from 1. */
  show(line: number): void {
    const { doc } = this.#view.state;
    const { from } = doc.line(Math.min(Math.max(line, 1), doc.lines));
    this.#view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
    this.#view.focus();
  }

  destroy(): void {
    this.#view.destroy();
  }
}

const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: "var(--keyword)" },
  { tag: [tags.string, tags.regexp], color: "var(--string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--number)" },
  { tag: [tags.comment], color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.typeName, tags.className], color: "var(--type)" },
]);
