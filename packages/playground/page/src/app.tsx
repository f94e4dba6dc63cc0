// The playground as a whole: what is edited, checked, run, and kept in the address.
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Editor } from "./editor.ts";
import { examples } from "./examples.ts";
import { typescript } from "./language.ts";
import type { Problem } from "./language-service.ts";
import { OutputView } from "./output-view.tsx";
import { Problems } from "./problems.tsx";
import { askedIn, linkOf, mostCharacters } from "./program-link.ts";
import { FailureView, Status } from "./status.tsx";
import { useLanguage } from "./use-language.ts";
import { useProgram } from "./use-program.ts";

/** Milliseconds without typing before the address is renewed. */
const pause = 400;

export function App(): VNode {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>();
  const [text, setText] = useState("");
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [note, setNote] = useState<string>();
  const language = useLanguage();
  const program = useProgram();
  const { progress } = program;
  const isRunning = progress.kind === "running" || progress.kind === "going on";
  const failure = progress.kind === "ended" ? progress.failure : undefined;

  const run = (): void => {
    if (language.kind === "there") program.run(language.language, editor.current!.text);
  };
  const latestRun = useRef(run);
  latestRun.current = run;
  // The part of the address behind "#" that was opened or written last.
  const address = useRef("");

  useEffect(() => {
    const made = new Editor({
      place: place.current!,
      changed: () => setText(made.text),
      run: () => latestRun.current(),
    });
    editor.current = made;
    let latest = "";
    const open = async (hash: string): Promise<void> => {
      latest = hash;
      const asked = await askedIn(hash);
      if (latest !== hash) return;
      address.current = hash;
      const named = examples.find(({ name }) => asked.kind === "example" && name === asked.name);
      made.text = asked.kind === "program" ? asked.text : (named ?? examples[0]).text;
      const isLost = asked.kind === "unreadable" || (asked.kind === "example" && !named);
      setNote(isLost ? "The link cannot be read: this is the first example." : undefined);
    };
    // The event's address: by now the last program's link may stand in its place.
    const opened = ({ newURL }: HashChangeEvent): void => void open(new URL(newURL).hash);
    void open(location.hash);
    addEventListener("hashchange", opened);
    return () => {
      removeEventListener("hashchange", opened);
      made.destroy();
    };
  }, []);

  useEffect(() => {
    if (language.kind === "there")
      editor.current!.extend(typescript(language.language, setProblems));
  }, [language]);

  const example = examples.find((one) => one.text === text);
  useEffect(() => {
    if (text === "") return;
    let isShown = true;
    const renew = async (): Promise<void> => {
      const hash = example ? `#example=${example.name}` : ((await linkOf(text)) ?? "");
      // Meanwhile another text may be shown, or another link be about to be opened.
      if (!isShown || location.hash !== address.current) return;
      address.current = hash;
      history.replaceState(null, "", hash || location.pathname + location.search);
    };
    const timer = setTimeout(() => void renew(), pause);
    return () => {
      isShown = false;
      clearTimeout(timer);
    };
  }, [text]);

  const copy = async (): Promise<void> => {
    const hash = await linkOf(text);
    if (hash === undefined) {
      const [has, most] = [text.length, mostCharacters].map((n) => n.toLocaleString("en"));
      setNote(`The program has ${has} characters, a link takes at most ${most}.`);
      return;
    }
    try {
      await navigator.clipboard.writeText(new URL(hash, location.href).href);
      setNote("The link is copied.");
    } catch {
      setNote("The browser does not let the link be copied: it is the page's address.");
    }
  };

  return (
    <>
      <div class="buttons">
        <label>
          Start from{" "}
          <select
            value={example?.name ?? ""}
            onChange={({ currentTarget }) => {
              const chosen = examples.find(({ name }) => name === currentTarget.value);
              if (chosen) editor.current!.text = chosen.text;
              setNote(undefined);
            }}
          >
            {!example && <option value="">Your program</option>}
            {examples.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="primary"
          disabled={language.kind !== "there"}
          onClick={isRunning ? program.stop : run}
        >
          {isRunning ? "Stop" : "Run"}
        </button>
        <button type="button" onClick={() => void copy()}>
          Copy link
        </button>
        <p class="note" role="status">
          {note}
        </p>
      </div>
      <div class="columns">
        <section aria-label="Program">
          <div class="editor" ref={place} />
          <Problems
            problems={problems}
            show={(line) => editor.current!.show(line)}
            apply={({ changes }) => editor.current!.change(changes)}
          />
        </section>
        <section aria-label="Output" class="output">
          <Status language={language} progress={progress} />
          <OutputView listing={program.listing} />
          {failure && <FailureView failure={failure} show={(line) => editor.current!.show(line)} />}
        </section>
      </div>
    </>
  );
}
