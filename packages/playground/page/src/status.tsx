// Whether a program runs, and how the last one ended.
import type { VNode } from "preact";
import type { Failure } from "./compiled.ts";
import type { LanguageState } from "./use-language.ts";
import type { Progress } from "./use-program.ts";

interface StatusProps {
  readonly language: LanguageState;
  readonly progress: Progress;
}

export function Status({ language, progress }: StatusProps): VNode {
  return (
    <>
      <p class="note" role="status" id="status">
        {textOf(language, progress)}
      </p>
      {language.kind === "failed" && (
        <p role="alert">TypeScript is not there: {language.error}. Load the page again.</p>
      )}
    </>
  );
}

interface FailureProps {
  readonly failure: Failure;
  /** Goes to a line of the program. */
  readonly show: (line: number) => void;
}

export function FailureView({ failure: { line, text }, show }: FailureProps): VNode {
  return (
    <div role="alert" class="failure">
      {line !== undefined && (
        <button type="button" class="link" onClick={() => show(line)}>
          Line {line}
        </button>
      )}
      <pre class="text less" tabindex={0}>
        {text}
      </pre>
    </div>
  );
}

function textOf(language: LanguageState, progress: Progress): string {
  switch (progress.kind) {
    case "not yet":
      return language.kind === "loading"
        ? "TypeScript is loading…"
        : "What the program shows appears here.";
    case "running":
      return "Running…";
    case "stopped":
      return "Stopped.";
    case "going on":
      return "The program has come to its end; what it did not await goes on.";
    case "ended": {
      const seconds = `${progress.seconds.toFixed(2)} s`;
      return progress.failure ? `Failed after ${seconds}.` : `Done in ${seconds}.`;
    }
  }
}
