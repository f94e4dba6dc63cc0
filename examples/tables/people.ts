// A table of invented people, some of whose fields are empty: who buys, by what they are.
import { random } from "@nabla/autograd";

const cities = ["Oslo", "Paris", "Rome"] as const;

/**
 * The text of a CSV file. Who is in Rome buys when young, and who is elsewhere when old, but one in twenty
 * does otherwise; one field in ten is empty.
 */
export function people(count: number, seed: number): string {
  const drawn = random.uniform([count, 8], { seed }).dataSync();
  const lines = Array.from({ length: count }, (_, i) => {
    const [u, v, w, other, ...empty] = drawn.subarray(8 * i, 8 * i + 8);
    const age = 18 + Math.floor(60 * u!);
    const city = cities[Math.floor(cities.length * v!)]!;
    const income = (1000 + 4000 * w!).toFixed(2);
    const buys = (city === "Rome") === age < 48;
    const fields = [age, city, income].map((field, k) => (empty[k]! < 0.1 ? "" : field));
    return [...fields, buys === other! > 0.05 ? "yes" : "no"].join(",");
  });
  return `age,city,income,buys\n${lines.join("\n")}\n`;
}
