// All views, and what they share: the worker, and how its training stands.
import type { VNode } from "preact";
import { useTrainer } from "./trainer.ts";
import { Watch } from "./watch.tsx";

export function App(): VNode {
  const trainer = useTrainer();
  return (
    <>
      <Watch trainer={trainer} />
    </>
  );
}
