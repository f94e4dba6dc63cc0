// All views, and what they share: the worker, how its training stands, and what is looked at.
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { searchOf } from "./address.ts";
import { chapters } from "./chapters/chapters.ts";
import { Later } from "./chapters/later.tsx";
import { Draw } from "./draw.tsx";
import { ModelPanel } from "./model-panel.tsx";
import { Opening } from "./opening.tsx";
import { useSubject } from "./subject.ts";
import { useTrainer, usualChoices } from "./trainer.ts";
import { Watch } from "./watch.tsx";

export function App(): VNode {
  const trainer = useTrainer();
  const subject = useSubject(trainer);
  const shared = { trainer, subject };
  const { choices } = trainer.state;
  useEffect(() => {
    const search = searchOf(choices, subject.source, usualChoices);
    history.replaceState(null, "", `${location.pathname}${search}${location.hash}`);
  }, [choices, subject.source]);
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
