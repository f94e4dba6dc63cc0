// All views, and what they share: the worker, how its training stands, and what is looked at.
import type { ComponentType, VNode } from "preact";
import { Draw } from "./draw.tsx";
import { Later } from "./later.tsx";
import type { ChapterProps } from "./mistake.tsx";
import { ModelPanel } from "./model-panel.tsx";
import { Opening } from "./opening.tsx";
import { See } from "./see.tsx";
import { useSubject } from "./subject.ts";
import { useTrainer } from "./trainer.ts";
import { Watch } from "./watch.tsx";

type Load = () => Promise<ComponentType<ChapterProps>>;
const mistake: Load = async () => (await import("./mistake.tsx")).Mistake;
const knobs: Load = async () => (await import("./knobs-chapter.tsx")).KnobsChapter;
const obey: Load = async () => (await import("./obey.tsx")).Obey;

export function App(): VNode {
  const trainer = useTrainer();
  const subject = useSubject(trainer);
  const shared = { trainer, subject };
  return (
    <div class="page">
      <ModelPanel trainer={trainer} subject={subject} />
      <div class="story">
        <Opening trainer={trainer} subject={subject} />
        <Draw subject={subject} />
        <Later id="mistake" title="What does one mistake cost?" load={mistake} props={shared} />
        <Later id="knobs" title="Which knob matters?" load={knobs} props={shared} />
        <See subject={subject} />
        <Later
          id="obey"
          title={`Why not just obey this ${subject.look?.label ?? "digit"}?`}
          load={obey}
          props={shared}
        />
        <Watch trainer={trainer} />
      </div>
    </div>
  );
}
