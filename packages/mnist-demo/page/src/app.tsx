// All views, and what they share: the worker, how its training stands, and what is looked at.
import type { VNode } from "preact";
import { Draw } from "./draw.tsx";
import { ModelPanel } from "./model-panel.tsx";
import { Opening } from "./opening.tsx";
import { See } from "./see.tsx";
import { Sensitivity } from "./sensitivity.tsx";
import { useSubject } from "./subject.ts";
import { useTrainer } from "./trainer.ts";
import { Watch } from "./watch.tsx";

export function App(): VNode {
  const trainer = useTrainer();
  const subject = useSubject(trainer);
  return (
    <div class="page">
      <ModelPanel trainer={trainer} subject={subject} />
      <div class="story">
        <Opening trainer={trainer} subject={subject} />
        <Draw subject={subject} />
        <See subject={subject} />
        <Sensitivity trainer={trainer} />
        <Watch trainer={trainer} />
      </div>
    </div>
  );
}
