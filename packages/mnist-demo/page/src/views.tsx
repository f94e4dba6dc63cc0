// All views, in the order of the page.
import type { VNode } from "preact";
import { chapters } from "./chapters/chapters.ts";
import { Later } from "./chapters/later.tsx";
import { Draw } from "./draw.tsx";
import { ModelPanel } from "./model-panel.tsx";
import { Opening } from "./opening.tsx";
import type { Subject } from "./subject.ts";
import type { Trainer } from "./trainer.ts";
import { Watch } from "./watch.tsx";

/** What all views share. */
export interface Shared {
  readonly trainer: Trainer;
  readonly subject: Subject;
}

export function Views({ trainer, subject }: Shared): VNode {
  const shared = { trainer, subject };
  const digit = String(subject.look?.label ?? "digit");
  return (
    <div class="page">
      <ModelPanel trainer={trainer} subject={subject} />
      <div class="story">
        <Opening trainer={trainer} subject={subject} />
        <Draw subject={subject} />
        {chapters.map(({ id, title, load }, i) => (
          <Later key={id} id={id} title={`${i + 1} · ${title(digit)}`} load={load} props={shared} />
        ))}
        <Watch trainer={trainer} />
      </div>
    </div>
  );
}
