// All views, and what they share: the worker, and how its training stands.
import type { VNode } from "preact";
import { Draw } from "./draw.tsx";
import { See } from "./see.tsx";
import { Sensitivity } from "./sensitivity.tsx";
import { useTrainer } from "./trainer.ts";
import { Watch } from "./watch.tsx";

export function App(): VNode {
  const trainer = useTrainer();
  return (
    <>
      <Watch trainer={trainer} />
      <Draw trainer={trainer} />
      <See trainer={trainer} />
      <Sensitivity trainer={trainer} />
    </>
  );
}
