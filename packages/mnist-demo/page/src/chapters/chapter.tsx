// What all chapters are given, and how one waits for a digit whose label is known.
import type { VNode } from "preact";
import type { Look, NeuronLook, Place } from "../inspection.ts";
import type { Subject } from "../subject.ts";
import type { Trainer } from "../trainer.ts";
import { useAsked } from "../use-asked.ts";

export interface ChapterProps {
  readonly trainer: Trainer;
  readonly subject: Subject;
}

/** What is seen of a digit of which it is known what it should be read as. */
export interface LabelledLook extends Look {
  readonly label: number;
  readonly terms: readonly number[];
}

/** What is seen of the digit that was chosen, or what to tell the reader as long as there is none. */
export function labelled({ look }: Subject): LabelledLook | VNode {
  if (look === undefined) return <p>Fetching the first digits …</p>;
  if (look.label === undefined) {
    return <p>Say above what you meant by your drawing: without a target there is no cost.</p>;
  }
  return look as LabelledLook;
}

/** Whether there is something to show of it. */
export function isLook(found: LabelledLook | VNode): found is LabelledLook {
  return "layers" in found;
}

/** What is seen of a neuron; undefined until it is known. */
export function useNeuron(
  { trainer, subject }: ChapterProps,
  place: Place,
): NeuronLook | undefined {
  const { source } = subject;
  const key = JSON.stringify([place, source.kind === "examples" ? source : source.label]);
  const seen = useAsked(
    trainer,
    () => trainer.service.look(source, place),
    `${key}${subject.look?.pixels.join()}`,
  );
  const neuron = seen?.neuron;
  const isOfPlace = neuron?.place.layer === place.layer && neuron.place.index === place.index;
  return isOfPlace ? neuron : undefined;
}
