// All views, in the order of the page.
import type { ComponentType, VNode } from "preact";
import { chapters } from "./chapters/chapters.ts";
import { contents } from "./chapters/contents.ts";
import { Later } from "./chapters/later.tsx";
import { Draw } from "./draw.tsx";
import { ModelPanel } from "./model-panel.tsx";
import { Opening } from "./opening.tsx";
import { digitOf, type Subject } from "./subject.ts";
import type { Trainer } from "./trainer.ts";
import type { WatchProps } from "./watch.tsx";

/** What all views share. */
export interface Shared {
  readonly trainer: Trainer;
  readonly subject: Subject;
}

const loadWatch = async (): Promise<ComponentType<WatchProps>> =>
  (await import("./watch.tsx")).Watch;

export function Views({ trainer, subject }: Shared): VNode {
  const shared = { trainer, subject };
  const digit = digitOf(subject);
  return (
    <div class="page">
      <ModelPanel trainer={trainer} subject={subject} />
      <div class="story">
        <Opening trainer={trainer} subject={subject} />
        <Draw subject={subject} />
        {contents.map(({ id, guide, title }, i) => (
          <Later
            key={id}
            id={id}
            guide={guide}
            title={`${i + 1} · ${title(digit)}`}
            load={chapters[id]}
            props={shared}
          />
        ))}
        <Later id="watch" title="Race them yourself" load={loadWatch} props={{ trainer }} />
      </div>
    </div>
  );
}
