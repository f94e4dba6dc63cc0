// What the compiler objects to, line by line.
import type { VNode } from "preact";
import type { Problem, Remedy } from "./language-service.ts";

interface ProblemsProps {
  readonly problems: readonly Problem[];
  /** Goes to a line of the program. */
  readonly show: (line: number) => void;
  readonly apply: (remedy: Remedy) => void;
}

const most = 8;

export function Problems({ problems, show, apply }: ProblemsProps): VNode {
  const more = problems.length - most;
  return (
    <div aria-live="polite">
      {problems.length > 0 && (
        <ul class="problems" aria-label="Problems">
          {problems.slice(0, most).map(({ from, line, message, remedies }) => (
            <li key={`${from} ${message}`}>
              <button type="button" class="link" onClick={() => show(line)}>
                Line {line}
              </button>
              <span>
                {message}{" "}
                {remedies.map((remedy) => (
                  <button
                    key={remedy.title}
                    type="button"
                    class="link"
                    onClick={() => apply(remedy)}
                  >
                    {remedy.title}
                  </button>
                ))}
              </span>
            </li>
          ))}
          {more > 0 && <li>… and {more} more</li>}
        </ul>
      )}
    </div>
  );
}
